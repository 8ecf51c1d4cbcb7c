// Bedrock and Vertex as the registry connects them: variables, addresses, and each model in its own dialect.
import { afterEach, describe, expect, test } from "bun:test";
import { configSchema } from "../../src/config/schema.ts";
import { connectProviders } from "../../src/providers/registry.ts";
import { callOf } from "./support.ts";

interface Seen {
  path: string;
  authorization: string;
  body: Record<string, unknown>;
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

/** An upstream that notes what comes and refuses it. */
function recorder() {
  const seen: Seen[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      seen.push({
        path: new URL(request.url).pathname,
        authorization: request.headers.get("authorization") ?? "",
        body: (await request.json()) as Record<string, unknown>,
      });
      return Response.json({ error: { message: "no" } }, { status: 500 });
    },
  });
  cleanups.push(() => server.stop(true));
  return { seen, url: `http://127.0.0.1:${server.port}` };
}

async function call(id: string, model: string, env: Record<string, string>): Promise<void> {
  const provider = connectProviders(configSchema.parse({}), env).connected.get(id);
  const upstreamCall = { ...callOf({}), upstreamModel: model };
  const signal = new AbortController().signal;
  await expect(provider?.adapter.complete(upstreamCall, signal)).rejects.toMatchObject({
    status: 502,
  });
}

const missing = (env: Record<string, string>) =>
  new Map(
    connectProviders(configSchema.parse({}), env).missing.map((one) => [one.id, one.missingEnv]),
  );

describe("Vertex", () => {
  const env = (url: string) => ({
    GOOGLE_VERTEX_ACCESS_TOKEN: "ya29.token",
    GOOGLE_CLOUD_PROJECT: "team-1",
    GOOGLE_CLOUD_LOCATION: "europe-west4",
    GOOGLE_VERTEX_BASE_URL: url,
  });

  test("serves Gemini and Claude, each in its own dialect", async () => {
    const { seen, url } = recorder();
    await call("vertex", "gemini-2.5-pro", env(url));
    await call("vertex", "claude-sonnet-4-6", env(url));
    const base = "/v1/projects/team-1/locations/europe-west4/publishers";
    expect(seen.map(({ path, authorization }) => [path, authorization])).toEqual([
      [`${base}/google/models/gemini-2.5-pro:generateContent`, "Bearer ya29.token"],
      [`${base}/anthropic/models/claude-sonnet-4-6:rawPredict`, "Bearer ya29.token"],
    ]);
    expect(seen[1]?.body).toMatchObject({ anthropic_version: "vertex-2023-10-16" });
    expect(seen[1]?.body).not.toHaveProperty("model");
  });

  test("names the variable that is missing", () => {
    expect(missing({}).get("vertex")).toBe("GOOGLE_APPLICATION_CREDENTIALS");
    const token = { GOOGLE_VERTEX_ACCESS_TOKEN: "t" };
    expect(missing(token).get("vertex")).toBe("GOOGLE_VERTEX_PROJECT");
    expect(missing({ ...token, GOOGLE_CLOUD_PROJECT: "p" }).get("vertex")).toBe(
      "GOOGLE_VERTEX_LOCATION",
    );
  });
});

describe("Bedrock", () => {
  const region = { AWS_REGION: "eu-central-1" };
  const model = "anthropic.claude-sonnet-4-6";

  test("takes an access key, which signs, or its own API key, which is sent", async () => {
    const { seen, url } = recorder();
    const at = { ...region, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url };
    await call("bedrock", model, { ...at, AWS_BEARER_TOKEN_BEDROCK: "ABSK-key" });
    const access = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
    await call("bedrock", model, { ...at, ...access });
    expect(seen.map(({ path }) => path)).toEqual([
      `/model/${model}/converse`,
      `/model/${model}/converse`,
    ]);
    expect(seen[0]?.authorization).toBe("Bearer ABSK-key");
    expect(seen[1]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request,/,
    );
  });

  test("names the variable that is missing", () => {
    expect(missing({}).get("bedrock")).toBe("AWS_BEARER_TOKEN_BEDROCK");
    expect(missing({ AWS_BEARER_TOKEN_BEDROCK: "k" }).get("bedrock")).toBe("AWS_REGION");
  });

  test("is left out with its reason when the environment is for other programs", () => {
    const env = { ...region, AWS_ACCESS_KEY_ID: "AKID" };
    const left = connectProviders(configSchema.parse({}), env).missing;
    expect(left.find(({ id }) => id === "bedrock")?.problem).toBe(
      "providers.bedrock: AWS_SECRET_ACCESS_KEY is not set",
    );
    const named = configSchema.parse({ providers: { bedrock: {} } });
    expect(() => connectProviders(named, env)).toThrow("AWS_SECRET_ACCESS_KEY is not set");
  });

  test("has an OpenAI-compatible endpoint in the same region", () => {
    const env = { ...region, AWS_BEARER_TOKEN_BEDROCK: "k" };
    const { connected } = connectProviders(configSchema.parse({}), env);
    expect([...connected.keys()]).toEqual(["bedrock", "bedrock-mantle"]);
  });
});
