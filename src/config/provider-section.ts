// The configuration of one provider: how it is reached, its waits and tries, and its models.
import { z } from "zod";
import { modelOverride } from "./model-section.ts";
import { durationMs, httpUrl, MINUTE_MS, percent, positiveInt } from "./primitives.ts";

const timeouts = z.strictObject({
  /** Until the provider's first byte; without streaming that is its whole thinking time. */
  firstByteMs: durationMs.default(10 * MINUTE_MS),
  /** Between two chunks of a stream. */
  betweenChunksMs: durationMs.default(5 * MINUTE_MS),
  /** For the whole call. */
  totalMs: durationMs.default(60 * MINUTE_MS),
});

/** Trying again when a provider refuses a call before it gave anything (408, 409, 429, 5xx), under the same hold. */
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

export const provider = z.strictObject({
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
