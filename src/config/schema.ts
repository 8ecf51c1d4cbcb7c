// The configuration file's schema: every setting, its default and its unit.
import { z } from "zod";
import { AmountError, parseCredits } from "../base/micro.ts";

const MINUTE_MS = 60_000;
const MIB = 1_048_576;

const positiveInt = z.int().positive();
const durationMs = z
  .int()
  .positive()
  .max(24 * 60 * MINUTE_MS);

/** A price per million tokens in USD, as the decimal string that providers print; becomes micro-dollars. */
const usdPerMtok = z.union([z.string(), z.number()]).transform((value, context) => {
  try {
    return parseCredits(String(value));
  } catch (error) {
    const message = error instanceof AmountError ? error.message : "not a price";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  }
});

const priceOverride = z.strictObject({
  inputPerMtok: usdPerMtok,
  outputPerMtok: usdPerMtok,
  cacheReadPerMtok: usdPerMtok.optional(),
  cacheReadAudioPerMtok: usdPerMtok.optional(),
  cacheWritePerMtok: usdPerMtok.optional(),
  cacheWrite1hPerMtok: usdPerMtok.optional(),
  inputAudioPerMtok: usdPerMtok.optional(),
  outputAudioPerMtok: usdPerMtok.optional(),
  outputReasoningPerMtok: usdPerMtok.optional(),
});

const capabilityOverride = z.strictObject({
  tools: z.boolean().optional(),
  structuredOutput: z.boolean().optional(),
  jsonMode: z.boolean().optional(),
  vision: z.boolean().optional(),
  audioInput: z.boolean().optional(),
  audioOutput: z.boolean().optional(),
  files: z.boolean().optional(),
  reasoning: z.boolean().optional(),
});

const percent = z
  .number()
  .min(0)
  .max(1000)
  .refine(
    (value) => Number.isInteger(Math.round(value * 1e6) / 1e4),
    "expected at most 2 decimals",
  );

const modelOverride = z.strictObject({
  /** The model's name at the provider, where it differs (an Azure deployment, say). */
  upstreamId: z.string().min(1).optional(),
  /** Other ids under which clients may ask for it. */
  aliases: z.array(z.string().min(1)).default([]),
  /** USD per million tokens. */
  price: priceOverride.optional(),
  /** Serve it without charging. */
  free: z.boolean().default(false),
  /** Added to the price, in percent with at most 2 decimals. */
  markupPercent: percent.optional(),
  contextWindow: positiveInt.optional(),
  maxOutputTokens: positiveInt.optional(),
  imageTokensMax: positiveInt.optional(),
  capabilities: capabilityOverride.default({}),
});

const timeouts = z.strictObject({
  /** Until the provider's first byte; without streaming that is its whole thinking time. */
  firstByteMs: durationMs.default(10 * MINUTE_MS),
  /** Between two pieces of a stream. */
  betweenChunksMs: durationMs.default(5 * MINUTE_MS),
  /** For the whole call. */
  totalMs: durationMs.default(60 * MINUTE_MS),
});

/** Trying again when a provider refuses a call before it gave anything (408, 409, 429, 5xx), under the same deposit. */
const retries = z.strictObject({
  /** Tries after the first one. */
  max: z.int().min(0).max(10).default(2),
  /** A longer pause, as a provider's Retry-After may ask for, is left to the client. */
  maxWaitMs: durationMs.max(MINUTE_MS).default(5_000),
});

/** How far a provider's answer is read on after its client has left. */
const drain = z.strictObject({
  /** For one call, from the client's leaving. */
  maxMs: durationMs.default(2 * MINUTE_MS),
  /** Calls of this provider that are read on at once; one more is ended as if by `cancel`. */
  maxCalls: positiveInt.default(100),
});

/** An address or a network in CIDR notation. */
const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: "expected an address (127.0.0.1, ::1) or a network (10.0.0.0/8)",
});

const httpUrl = z
  .url({ protocol: /^https?$/, error: "expected a URL that begins with http:// or https://" })
  // Also run on what is no URL at all, whose issue is told already.
  .refine((value) => !URL.parse(value)?.username, "credentials do not belong in a URL");

/** An origin as browsers write it: scheme, host and port alone, in lower case, without the scheme's own port. */
const webOrigin = z.string().transform((text, context) => {
  if (text === "*") return text;
  const url = URL.parse(text);
  const isBare =
    url !== null && /^(?:|\/)$/.test(url.pathname) && url.search + url.hash + url.username === "";
  if (url !== null && isBare && url.host !== "" && !url.host.includes("*")) {
    // Only the web's own schemes have an `origin` there; others are those of apps and extensions.
    return url.origin === "null" ? `${url.protocol}//${url.host}` : url.origin;
  }
  context.addIssue({
    code: "custom",
    message:
      "expected an origin as https://app.example (scheme, host and port, no path, no wildcard), or *",
  });
  return z.NEVER;
});

const provider = z.strictObject({
  enabled: z.boolean().default(true),
  /** The wire dialect of a provider that the server does not know by name: openai, anthropic, gemini, demo. */
  dialect: z.string().min(1).optional(),
  baseUrl: httpUrl.optional(),
  /** The environment variable that holds the key. */
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of an environment variable, not a key")
    .optional(),
  /** Sent with every call, for gateways and proxies in between. */
  headers: z.record(z.string(), z.string()).default({}),
  /** An HTTP proxy for this provider; the environment's proxy variables are not used. */
  proxyUrl: httpUrl.optional(),
  timeouts: timeouts.prefault({}),
  retries: retries.prefault({}),
  /**
   * When a client leaves: `cancel` ends the call and charges what was delivered, `drain` reads the answer to its end
   * and charges what the provider reports.
   */
  onDisconnect: z.enum(["cancel", "drain"]).default("cancel"),
  drain: drain.prefault({}),
  markupPercent: percent.optional(),
  /** Models that the catalogue lacks, or overrides of what it says. */
  models: z.record(z.string().min(1), modelOverride).default({}),
  /**
   * Let requests through whose extra price is not known: `web_search_options`, and a `service_tier` other than the
   * usual one. They are charged by their tokens at the usual price.
   */
  allowUnpriced: z.boolean().default(false),
  /**
   * Its models add input by themselves (documents they find, a long prompt of their own): reports of more input than a
   * request's bytes can be are then believed.
   */
  addsInput: z.boolean().default(false),
  /** Unknown fields of a request that this provider takes beside the known ones; `true` lets all through. */
  passFields: z.union([z.boolean(), z.array(z.string().min(1))]).optional(),
});

const demo = z.strictObject({
  /** Serve the built-in demo model. */
  enabled: z.boolean().default(false),
  /** Ids of the catalogue that the demo model answers under too, at their real prices. */
  models: z.array(z.string().min(1)).default([]),
  /** Pause between two streamed words. */
  wordDelayMs: z.int().min(0).max(MINUTE_MS).default(20),
  /** Pause before the first word. */
  firstWordDelayMs: z
    .int()
    .min(0)
    .max(10 * MINUTE_MS)
    .default(0),
});

/** What is in memory for each byte of a body: its bytes, their text, the JSON made of it, and what goes upstream. */
export const BODY_FORMS = 4;

const limitSettings = z.strictObject({
  /** Request body in bytes. */
  bodyBytes: positiveInt.max(512 * MIB).default(32 * MIB),
  /** Time for a client to send its whole body. */
  bodyTimeoutMs: durationMs.default(MINUTE_MS),
  /** The same for an account without credit, which can only use free models. */
  bodyBytesWithoutCredit: positiveInt.default(256 * 1024),
  /** Memory for the bodies of all requests in progress: each takes four times its length, twice once it is answered. */
  bodyMemoryBytes: positiveInt.default(1024 * MIB),
  /** Nesting of a request's JSON. */
  jsonDepth: positiveInt.max(1000).default(64),
  /** Members of any object in it. */
  jsonFields: positiveInt.default(2048),
  /** Items of any array in it. */
  jsonItems: positiveInt.default(10_000),
  /**
   * What reading it may cost, in plain characters of a string: 32 for each escaped one, 512 for each value, 4 for each
   * character outside of strings. A million takes about a millisecond, during which nothing else goes on.
   */
  jsonWeight: positiveInt.default(48 * MIB),
  messages: positiveInt.default(10_000),
  tools: positiveInt.default(512),
  /** Answers to one request (`n`). */
  choices: positiveInt.default(16),
  /** Chat requests in progress in the whole server. */
  concurrentRequests: positiveInt.default(8192),
  /** One account may have at most 1/N of `concurrentRequests` and of `bodyMemoryBytes`. */
  accountShare: positiveInt.default(2),
  /** An answer without streaming, in bytes. */
  upstreamBodyBytes: positiveInt.default(64 * MIB),
  /** One event of a provider's stream, in bytes. */
  upstreamEventBytes: positiveInt.default(16 * MIB),
});

const limits = limitSettings.refine(
  ({ bodyBytes, bodyMemoryBytes, accountShare }) =>
    bodyMemoryBytes >= BODY_FORMS * bodyBytes * accountShare,
  {
    path: ["bodyMemoryBytes"],
    message: `a body of bodyBytes would never fit: needs at least ${BODY_FORMS} * bodyBytes * accountShare`,
  },
);

/** Images by URL, for providers that take bytes only. */
const media = z.strictObject({
  /** Fetch them; only from public addresses, without redirects. */
  fetchImages: z.boolean().default(true),
  /** One image, in bytes. */
  maxBytes: positiveInt.max(64 * MIB).default(16 * MIB),
  /** One image, its name's look-up included. */
  timeoutMs: durationMs.default(10_000),
});

const money = z.strictObject({
  /** A request without an output limit of its own may hold at most 1/N of the available credit for its output. */
  defaultOutputShare: positiveInt.default(8),
  /** But never less than the cost of this many output tokens. */
  floorOutputTokens: positiveInt.default(256),
  /** Money operations that may wait for one commit; more are refused with 503. */
  commitQueue: positiveInt.default(20_000),
  /** How long a commit may wait for a database that another process has locked. */
  lockTimeoutMs: durationMs.default(5_000),
});

/** Answers kept for clients that send an Idempotency-Key, so that a request which comes twice is paid once. */
const idempotency = z.strictObject({
  /** Off: the header is ignored, and nothing is kept. */
  enabled: z.boolean().default(true),
  /** How long a key is remembered. */
  keepMs: durationMs.default(24 * 60 * MINUTE_MS),
  /** A longer answer is not kept: its key is then refused instead of being answered, or charged, twice. */
  maxAnswerBytes: positiveInt.max(64 * MIB).default(MIB),
  /** Answers kept at once; of more the oldest are removed, from the account that has the most. */
  maxAnswers: positiveInt.default(100_000),
  /** Bytes of all kept answers; likewise. */
  maxTotalBytes: positiveInt.default(1024 * MIB),
});

const server = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(4000),
  /** A comment goes to a streaming client after this much silence. */
  keepAliveMs: durationMs.max(MINUTE_MS).default(10_000),
  /**
   * A stream whose provider has said nothing for so long is answered 200 with keep-alive comments; what fails later
   * comes as an error frame. null waits for the provider however long it takes, and every failure has its status.
   */
  firstByteWithinMs: durationMs.nullable().default(15_000),
  /** A connection is closed after this much silence, also when its client does not read; at most 255 s. */
  idleTimeoutMs: durationMs.max(255_000).default(MINUTE_MS),
  /** How long running requests may go on after SIGTERM. */
  drainTimeoutMs: durationMs.default(30_000),
  /** Origins that browsers may call from, as `https://app.example`; empty is off, `*` is all. */
  corsOrigins: z.array(webOrigin).default([]),
  /** Addresses or networks of the reverse proxies in front, whose `x-forwarded-for` names the client in the log. */
  trustedProxies: z.array(network).default([]),
  /** The interactive documentation under /docs. */
  docs: z.boolean().default(true),
  logLevel: z.enum(["fatal", "error", "warn", "info", "debug"]).default("info"),
  /** Calls to providers at the same time, in the whole process. */
  upstreamConnections: positiveInt.max(65_535).default(8192),
});

export const configSchema = z.strictObject({
  server: server.prefault({}),
  limits: limits.prefault({}),
  money: money.prefault({}),
  media: media.prefault({}),
  idempotency: idempotency.prefault({}),
  demo: demo.prefault({}),
  /** Keyed by provider id, known (`openai`, `groq`, …) or new. */
  providers: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), provider).default({}),
  /** Overrides that hold for a model at whichever provider serves it. */
  models: z.record(z.string().min(1), modelOverride).default({}),
  /** Added to every price, in percent. */
  markupPercent: percent.default(0),
});

/** The whole configuration, defaults filled in, prices in micro-dollars per million tokens. */
export type Config = z.output<typeof configSchema>;
export type ProviderConfig = Config["providers"][string];
/** The settings of a provider that the configuration does not mention. */
export const UNMENTIONED_PROVIDER: ProviderConfig = provider.parse({});
export type ModelOverride = Config["models"][string];
export type PriceOverride = NonNullable<ModelOverride["price"]>;
export type Timeouts = ProviderConfig["timeouts"];
