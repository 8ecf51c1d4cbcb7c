// Which providers are on, by configuration and environment, and what their calls look like.
import { describe, expect, test } from "bun:test";
import { configSchema } from "../../src/config/schema.ts";
import { PROVIDER_LIST } from "../../src/providers/list.ts";
import { connectProviders } from "../../src/providers/registry.ts";
import { callOf } from "./support.ts";

const PROVIDERS = PROVIDER_LIST.providers;
const never = new AbortController().signal;

function connect(config: object, env: Record<string, string | undefined> = {}) {
  return connectProviders(configSchema.parse(config), env);
}

const idsOf = (config: object, env: Record<string, string | undefined> = {}) => [
  ...connect(config, env).connected.keys(),
];

/** A server that remembers where and with which headers it was called. */
function recorder() {
  const seen: { path: string; headers: Headers; body: Record<string, unknown> }[] = [];
  const server = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const url = new URL(request.url);
      const body = (await request.json()) as Record<string, unknown>;
      seen.push({ path: url.pathname + url.search, headers: request.headers, body });
      return Response.json({ choices: [{ message: { content: "ok" }, finish_reason: "stop" }] });
    },
  });
  return { seen, url: server.url.origin, [Symbol.dispose]: () => server.stop(true) };
}

async function callThrough(id: string, config: object, env: Record<string, string>) {
  await connect(config, env)
    .connected.get(id)
    ?.adapter.complete(callOf({ made_up: 1 }), never);
}

describe("the list", () => {
  test("ids and variables are unambiguous, addresses are HTTPS or one's own machine", () => {
    const ids = PROVIDERS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    // One key of AWS's opens both of Bedrock's endpoints.
    const declared = PROVIDERS.filter(({ id }) => id !== "bedrock-mantle");
    const variables = declared.flatMap(({ keyEnv, baseUrlEnv }) => [
      ...keyEnv,
      ...baseUrlEnv.map(({ name }) => name),
    ]);
    expect(new Set(variables).size).toBe(variables.length);
    for (const { baseUrl, needsKey } of PROVIDERS) {
      if (baseUrl !== null) {
        expect(baseUrl).toStartWith(needsKey ? "https://" : "http://127.0.0.1:");
      }
    }
    const names = PROVIDER_LIST.dialects.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { dialect } of PROVIDERS) expect(names).toContain(dialect.name);
  });
});

describe("connectProviders", () => {
  test("with nothing set, nothing is on and every key's variable is named", () => {
    const { connected, missing } = connect({});
    expect(connected.size).toBe(0);
    expect(missing.map(({ missingEnv }) => missingEnv)).toEqual(
      PROVIDERS.filter(({ needsKey }) => needsKey).map(({ keyEnv }) => keyEnv[0] ?? ""),
    );
  });

  test.each<[string, object, Record<string, string>, string[]]>([
    ["a key turns a provider on", {}, { OPENAI_API_KEY: "k" }, ["openai"]],
    ["a blank key does not", {}, { OPENAI_API_KEY: " " }, []],
    ["Gemini takes either variable", {}, { GOOGLE_API_KEY: "k" }, ["google"]],
    ["several, in order", {}, { GROQ_API_KEY: "k", OPENAI_API_KEY: "k" }, ["openai", "groq"]],
    [
      "enabled: false wins over a key",
      { providers: { openai: { enabled: false } } },
      { OPENAI_API_KEY: "k" },
      [],
    ],
    [
      "a key of another name",
      { providers: { openai: { apiKeyEnv: "MINE" } } },
      { MINE: "k" },
      ["openai"],
    ],
    [
      "a key of another name, unset",
      { providers: { openai: { apiKeyEnv: "MINE" } } },
      { OPENAI_API_KEY: "k" },
      [],
    ],
    ["a local one by the configuration", { providers: { ollama: {} } }, {}, ["ollama"]],
    ["a local one by its address", {}, { VLLM_BASE_URL: "http://gpu:8000" }, ["vllm"]],
    ["Azure needs an address", {}, { AZURE_OPENAI_API_KEY: "k" }, []],
    [
      "Azure with both",
      {},
      { AZURE_OPENAI_API_KEY: "k", AZURE_OPENAI_ENDPOINT: "https://x.example" },
      ["azure"],
    ],
    [
      "a provider of one's own",
      { providers: { mine: { dialect: "openai", baseUrl: "http://h/v1" } } },
      {},
      ["mine"],
    ],
    ["the demo", { demo: { enabled: true } }, {}, ["demo"]],
    ["the demo under other names", { providers: { play: { dialect: "demo" } } }, {}, ["play"]],
    [
      "the demo in place of a known one",
      { providers: { openai: { dialect: "demo" } } },
      { OPENAI_API_KEY: "k" },
      ["openai"],
    ],
    [
      "the demo switched off",
      { demo: { enabled: true }, providers: { demo: { enabled: false } } },
      {},
      [],
    ],
  ])("%s", (_name, config, env, expected) => {
    expect(idsOf(config, env)).toEqual(expected);
  });

  test("what is missing is named", () => {
    const missingOf = (config: object, env: Record<string, string>, id: string) =>
      connect(config, env).missing.find((provider) => provider.id === id)?.missingEnv;
    expect(missingOf({}, { AZURE_OPENAI_API_KEY: "k" }, "azure")).toBe("AZURE_OPENAI_ENDPOINT");
    expect(missingOf({ providers: { openai: { apiKeyEnv: "MINE" } } }, {}, "openai")).toBe("MINE");
    const own = { dialect: "openai", baseUrl: "http://h/v1", apiKeyEnv: "OWN" };
    expect(missingOf({ providers: { own } }, {}, "own")).toBe("OWN");
    expect(missingOf({ providers: { openai: { enabled: false } } }, {}, "openai")).toBeUndefined();
  });

  test("an unknown provider without dialect or address is a clear error", () => {
    expect(() => connect({ providers: { mine: {} } })).toThrow("providers.mine");
    expect(() => connect({ providers: { mine: { dialect: "openai" } } })).toThrow("baseUrl");
    expect(idsOf({ providers: { mine: { enabled: false } } })).toEqual([]);
  });

  test("a dialect that needs more than an address cannot be named; another one than its own replaces a known provider", async () => {
    const bedrock = { dialect: "bedrock", baseUrl: "http://h/v1" };
    expect(() => connect({ providers: { mine: bedrock } })).toThrow(
      'there is no dialect "bedrock" for it. Set "dialect" (openai, anthropic, gemini, demo)',
    );
    using server = recorder();
    const groq = { dialect: "openai", baseUrl: server.url };
    const kept = { providers: { groq } };
    await callThrough("groq", kept, { GROQ_API_KEY: "k" });
    const replaced = { providers: { groq: { ...groq, dialect: "anthropic" } } };
    await expect(callThrough("groq", replaced, {})).rejects.toMatchObject({ status: 502 });
    expect(server.seen.map(({ path }) => path)).toEqual(["/chat/completions", "/v1/messages"]);
  });

  test("a bad address in a variable names the variable", () => {
    const env = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "ftp://x" };
    const left = connect({}, env).missing.find(({ id }) => id === "openai");
    expect(left?.problem).toContain("OPENAI_BASE_URL");
    expect(() => connect({ providers: { openai: {} } }, env)).toThrow("OPENAI_BASE_URL");
  });
});

describe("what a connected provider sends", () => {
  test("addresses and keys come from where they should", async () => {
    using server = recorder();
    await callThrough(
      "openai",
      {},
      {
        OPENAI_API_KEY: " key1 ",
        OPENAI_BASE_URL: `${server.url}/base/v1`,
      },
    );
    await callThrough(
      "azure",
      {},
      {
        AZURE_OPENAI_API_KEY: "key2",
        AZURE_OPENAI_ENDPOINT: server.url,
      },
    );
    await callThrough("ollama", {}, { OLLAMA_BASE_URL: `${server.url}/` });
    // Each speaks its own dialect, in which this server's answer is nonsense.
    const anthropic = { ANTHROPIC_API_KEY: "key3", ANTHROPIC_BASE_URL: server.url };
    await expect(callThrough("anthropic", {}, anthropic)).rejects.toMatchObject({ status: 502 });
    const gemini = { GEMINI_API_KEY: "key4", GEMINI_BASE_URL: server.url };
    await expect(callThrough("google", {}, gemini)).rejects.toMatchObject({ status: 502 });
    const calls = server.seen.map(({ path, headers }) => [
      path,
      headers.get("authorization"),
      headers.get("api-key"),
    ]);
    expect(calls).toEqual([
      ["/base/v1/chat/completions", "Bearer key1", null],
      ["/openai/v1/chat/completions", null, "key2"],
      ["/v1/chat/completions", null, null],
      ["/v1/messages", null, null],
      ["/v1beta/models/upstream-model:generateContent", null, null],
    ]);
    expect(server.seen[3]?.headers.get("x-api-key")).toBe("key3");
    expect(server.seen[4]?.headers.get("x-goog-api-key")).toBe("key4");
  });

  test("the configuration's address, headers and fields win", async () => {
    using server = recorder();
    const groq = {
      baseUrl: `${server.url}/mine`,
      headers: { "x-a": "1" },
      passFields: ["made_up"],
    };
    const env = { GROQ_API_KEY: "k", GROQ_BASE_URL: "http://127.0.0.1:1" };
    await callThrough("groq", { providers: { groq } }, env);
    const [call] = server.seen;
    expect([call?.path, call?.headers.get("x-a"), call?.body.made_up]).toEqual([
      "/mine/chat/completions",
      "1",
      1,
    ]);
  });
});
