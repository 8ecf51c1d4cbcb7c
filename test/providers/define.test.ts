// A stranger's dialect and provider: defined here, served without an edit anywhere else.
import { expect, test } from "bun:test";
import { buildCatalog } from "../../src/catalog/build.ts";
import { configSchema } from "../../src/config/schema.ts";
import { defineDialect, defineProvider, type ProviderList } from "../../src/providers/define.ts";
import { requireVariable } from "../../src/providers/environment.ts";
import { connectProviders } from "../../src/providers/registry.ts";
import { buildHeaders } from "../../src/providers/shared/endpoint.ts";
import { COMMON_ERRORS } from "../../src/providers/shared/errors.ts";
import { createHttpAdapter } from "../../src/providers/shared/http-adapter.ts";
import { asObject, parseJson } from "../../src/providers/shared/json.ts";
import { SSE, type SseEvent } from "../../src/providers/transport/sse.ts";
import { callOf, chunksIn, collect } from "./support.ts";

const never = new AbortController().signal;

/** Repeats the last message; a stream comes word by word. */
const parrot = (greeting: string) =>
  defineDialect({
    name: "parrot",
    connect(options) {
      const { baseUrl, env } = options;
      const cage = requireVariable(env, ["PARROT_CAGE"]);
      const envelope = { id: "p", created: 1, model: "parrot" };
      return createHttpAdapter<SseEvent>(
        {
          framing: SSE,
          errors: COMMON_ERRORS,
          exchange: ({ request }) => ({
            url: `${baseUrl}/say`,
            headers: buildHeaders({ ...options, auth: "bearer" }, SSE.accept),
            body: JSON.stringify({ cage, say: request.messages.at(-1)?.content, greeting }),
            parse: (text) => ({
              completion: {
                ...envelope,
                object: "chat.completion",
                choices: [
                  {
                    index: 0,
                    message: { role: "assistant", content: said(text), refusal: null },
                    finish_reason: "stop",
                    logprobs: null,
                  },
                ],
              },
              usage: null,
            }),
            open: () => ({
              finished: false,
              ended: false,
              read: ({ data }) => [
                {
                  chunk: {
                    ...envelope,
                    object: "chat.completion.chunk",
                    choices: [{ index: 0, delta: { content: data }, finish_reason: null }],
                  },
                  wire: null,
                  usage: null,
                },
              ],
              end: () => [],
            }),
          }),
          probe: null,
        },
        options,
      );
    },
  });

const said = (text: string) => String(asObject(parseJson(text)).said);

const LIST: ProviderList = {
  dialects: [parrot("hello")],
  providers: [
    defineProvider({
      id: "polly",
      name: "Polly",
      baseUrl: "https://polly.{PARROT_CAGE}.example",
      baseUrlEnv: [{ name: "POLLY_BASE_URL" }],
      keyEnv: ["POLLY_API_KEY"],
      alsoNeeds: [["PARROT_CAGE"]],
      dialect: parrot("ahoy"),
    }),
  ],
};

function cage() {
  const seen: unknown[] = [];
  const server = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const body = (await request.json()) as { say: string };
      seen.push([new URL(request.url).pathname, request.headers.get("authorization"), body]);
      return request.headers.get("x-stream") === null
        ? Response.json({ said: body.say })
        : new Response(
            body.say
              .split(" ")
              .map((word) => `data: ${word}\n\n`)
              .join(""),
          );
    },
  });
  return { seen, url: server.url.origin, [Symbol.dispose]: () => server.stop(true) };
}

const call = callOf({ messages: [{ role: "user", content: "pretty bird" }] });

test("a stranger's provider is turned on by its variables and speaks its own dialect", async () => {
  using server = cage();
  const env = { POLLY_API_KEY: "k", POLLY_BASE_URL: server.url, PARROT_CAGE: "gold" };
  const { connected, missing } = connectProviders(configSchema.parse({}), env, LIST);
  expect([[...connected.keys()], missing]).toEqual([["polly"], []]);
  const answer = await connected.get("polly")?.adapter.complete(call, never);
  expect(answer?.completion.choices[0]?.message.content).toBe("pretty bird");
  const body = { cage: "gold", say: "pretty bird", greeting: "ahoy" };
  expect(server.seen).toEqual([["/say", "Bearer k", body]]);

  const without = connectProviders(configSchema.parse({}), { POLLY_API_KEY: "k" }, LIST);
  expect(without.missing).toEqual([
    { id: "polly", name: "Polly", missingEnv: "PARROT_CAGE", problem: null, isNamed: false },
  ]);
});

test("a provider of the configuration speaks a stranger's dialect by its name, in streams too", async () => {
  using server = cage();
  const mine = {
    dialect: "parrot",
    baseUrl: server.url,
    headers: { "x-stream": "1" },
    models: { bird: { free: true, contextWindow: 1_000, maxOutputTokens: 100 } },
  };
  const config = configSchema.parse({ providers: { mine } });
  const { connected } = connectProviders(config, { PARROT_CAGE: "tin" }, LIST);
  const adapter = connected.get("mine")?.adapter;
  if (adapter === undefined) throw new Error("it is not connected");
  const chunks = await collect(chunksIn(adapter.stream(call, never)));
  const words = chunks.map(({ chunk }) => chunk.choices[0]?.delta.content);
  expect(words).toEqual(["pretty", "bird"]);
  expect(server.seen).toEqual([
    ["/say", null, { cage: "tin", say: "pretty bird", greeting: "hello" }],
  ]);
  const catalog = buildCatalog({ config, connected: new Set(["mine"]), missingEnv: new Map() });
  expect(catalog.candidates("bird").map(({ providerId }) => providerId)).toEqual(["mine"]);
});

test("a name that no dialect has is an error that lists those there are", () => {
  const config = configSchema.parse({
    providers: { mine: { dialect: "owl", baseUrl: "http://h" } },
  });
  expect(() => connectProviders(config, {}, LIST)).toThrow(
    'providers.mine: there is no dialect "owl" for it. Set "dialect" (parrot) and "baseUrl", or use one of: polly',
  );
});
