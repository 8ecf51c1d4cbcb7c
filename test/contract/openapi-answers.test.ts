// What a real server answers is what its OpenAPI document says: every documented route, status, header and body.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { startTestServer, type TestServer } from "../support/server.ts";

interface Media {
  schema?: object;
}
interface Documented {
  $ref?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
}
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, Documented> }>>;
  components: { responses: Record<string, Documented>; schemas: Record<string, object> };
}

let server: TestServer;
let document: Document;
let ajv: Ajv;
const used = new Set<string>();

beforeAll(async () => {
  server = await startTestServer({
    config: { demo: { enabled: true, models: ["gpt-4o-mini"], wordDelayMs: 0 } },
    metricsToken: "metrics-token",
  });
  document = (await (await fetch(`${server.origin}/openapi.json`)).json()) as Document;
  ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema({ ...document, $id: "doc" });
});
afterAll(() => server.close());

/** Ajv understands OpenAPI's `nullable`; references are into the document that it was given whole. */
function validator(schema: object): ValidateFunction {
  const inlined = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"doc#/')) as object;
  return ajv.compile(inlined);
}

function documented(path: string, method: string, status: number): Documented {
  const said = document.paths[path]?.[method]?.responses[String(status)];
  if (said === undefined) throw new Error(`${method} ${path} ${status} is not documented`);
  used.add(`${method} ${path} ${status}`);
  const name = said.$ref?.split("/").at(-1);
  return name === undefined ? said : (document.components.responses[name] ?? {});
}

interface Ask {
  path: string;
  status: number;
  method?: "get" | "post";
  /** The documented path, where it has parameters. */
  template?: string;
  body?: unknown;
  key?: string | null;
}

async function check({ path, status, method = "get", template = path, body, key }: Ask) {
  const headers: Record<string, string> = {};
  if (key !== null) headers.authorization = `Bearer ${key ?? server.key}`;
  const response = await fetch(server.origin + path, {
    method: method.toUpperCase(),
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect([path, response.status, text.slice(0, 200)]).toEqual([path, status, expect.anything()]);
  const said = documented(template, method, status);
  for (const name of Object.keys(said.headers ?? {})) {
    const optional = /retry|reserved|allow|replayed|original|ignored/i.test(name);
    if (!optional) expect([name, response.headers.has(name)]).toEqual([name, true]);
  }
  const type = response.headers.get("content-type")?.split(";")[0] ?? "";
  const media = said.content?.[type];
  expect([path, type, media !== undefined]).toEqual([path, type, true]);
  if (type === "application/json" && media?.schema !== undefined) {
    const validate = validator(media.schema);
    expect([path, validate(JSON.parse(text)), validate.errors]).toEqual([path, true, null]);
  }
  return { response, text };
}

const CHAT = "/api/v1/ai/chat/completions";
const messages = [{ role: "user", content: "Count to 3" }];

describe("answers", () => {
  test("to every documented route fit the document", async () => {
    const { response } = await check({
      path: CHAT,
      method: "post",
      status: 200,
      body: { model: "gpt-4o-mini", messages },
    });
    const id = response.headers.get("x-request-id");
    await check({ path: "/api/v1/ai/models", status: 200 });
    await check({
      path: "/api/v1/ai/models/gpt-4o-mini",
      template: "/api/v1/ai/models/{id}",
      status: 200,
    });
    await check({ path: "/api/v1/ai/credits", status: 200 });
    await check({
      path: `/api/v1/ai/requests/${id}`,
      template: "/api/v1/ai/requests/{id}",
      status: 200,
    });
    await check({ path: "/health", status: 200, key: null });
    await check({ path: "/ready", status: 200, key: null });
    await check({ path: "/metrics", status: 200, key: "metrics-token" });
    await check({ path: "/openapi.json", status: 200, key: null });
    await check({ path: "/docs", status: 200, key: null });
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path} 200`),
    );
    expect(routes.filter((route) => !used.has(route))).toEqual([]);
  });

  test("that stream have chunks that fit the document", async () => {
    const body = {
      model: "gpt-4o-mini",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    };
    const { text } = await check({ path: CHAT, method: "post", status: 200, body });
    const validate = validator({ $ref: "#/components/schemas/ChatCompletionChunk" });
    const chunks = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json ?? ""));
    expect(chunks.length).toBeGreaterThan(4);
    for (const chunk of chunks) {
      expect([chunk, validate(chunk), validate.errors]).toEqual([chunk, true, null]);
    }
  });

  test.each([
    ["a malformed body", { body: {}, status: 400 }],
    ["a wrong key", { body: {}, key: "aacf_wrong", status: 401 }],
    ["an unknown model", { body: { model: "nope", messages }, status: 404 }],
  ] satisfies [string, Omit<Ask, "path">][])("to %s fit the document", async (_, ask) => {
    await check({ path: CHAT, method: "post", ...ask });
  });

  test("to an account without credit fit the document", async () => {
    const poor = server.newKey({ accountId: server.newAccount("poor") });
    const body = { model: "gpt-4o-mini", messages };
    await check({ path: CHAT, method: "post", status: 402, body, key: poor.secret });
  });

  test("to a wrong method say which ones there are, as the document does", async () => {
    const response = await fetch(server.origin + CHAT);
    const said = documented(CHAT, "post", 405);
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    const schema = said.content?.["application/json"]?.schema ?? false;
    expect(validator(schema as object)(await response.json())).toBe(true);
  });

  test("to another account's request fit the document", async () => {
    const other = server.newKey({ accountId: server.newAccount("other", 1000) });
    const { response } = await check({
      path: CHAT,
      method: "post",
      status: 200,
      body: { model: "gpt-4o-mini", messages },
    });
    await check({
      path: `/api/v1/ai/requests/${response.headers.get("x-request-id")}`,
      template: "/api/v1/ai/requests/{id}",
      status: 404,
      key: other.secret,
    });
  });
});
