// The OpenAPI document is valid, complete, and true: its examples fit its schemas.
import { describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import packageJson from "../../package.json" with { type: "json" };
import { configSchema } from "../../src/config/schema.ts";
import {
  failedStreamExample,
  streamExample,
} from "../../src/http/endpoints/chat-completions/examples.ts";
import { chatCompletionChunk } from "../../src/http/endpoints/chat-completions/schema/chunk.ts";
import { chatCompletionRequest } from "../../src/http/endpoints/chat-completions/schema/request.ts";
import { buildOpenApiDocument } from "../../src/http/openapi/document.ts";
import { errorDocs } from "../../src/http/openapi/error-docs.ts";

type Json = Record<string, unknown>;

interface Media {
  schema: Json;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface Operation {
  operationId: string;
  description: string;
  security: Json[];
  parameters?: Json[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media>; $ref?: string }>;
}

interface Document {
  openapi: string;
  info: { description: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Json>;
    responses: Record<string, { content: Record<string, Media> }>;
    headers: Record<string, { schema: Json; example: unknown }>;
    securitySchemes: Json;
  };
}

const document = (await buildOpenApiDocument()) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

const ajv = new Ajv({ allErrors: true, strictTypes: false, keywords: ["example", "components"] });
addFormats(ajv);
ajv.addSchema({ components: { schemas: document.components.schemas } }, "doc");

/** The first complaint about a value, or null where it fits the schema. */
function complaint(schema: Json, value: unknown): string | null {
  const absolute = JSON.parse(
    JSON.stringify(schema).replaceAll('"#/components', '"doc#/components'),
  );
  const validate = ajv.compile(absolute);
  return validate(value) ? null : ajv.errorsText(validate.errors);
}

const examplesOf = (media: Media): unknown[] => [
  ...("example" in media ? [media.example] : []),
  ...Object.values(media.examples ?? {}).map(({ value }) => value),
];

describe("validity", () => {
  test("it is OpenAPI 3.0.3 by the official schema", async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document) as never);
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(document.openapi).toBe("3.0.3");
  });

  test("every reference leads somewhere", () => {
    const text = JSON.stringify(document);
    for (const [, pointer] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      let node: unknown = document;
      for (const key of pointer?.split("/") ?? []) node = (node as Json)[key];
      expect(node, pointer).toBeDefined();
    }
  });

  test("no zod internals, no second copy of `$id`, nullable only beside a type", () => {
    const text = JSON.stringify(document);
    expect(text).not.toMatch(/"(?:_zod|def|\$id|~standard)"/);
    for (const [schema] of text.matchAll(/\{[^{}]*"nullable":true[^{}]*/g)) {
      expect(schema).toContain('"type":');
    }
  });

  test("it names no other host than those of its examples", () => {
    expect(JSON.stringify(document)).not.toContain("unpkg");
  });
});

describe("completeness", () => {
  test("every public route is there, once", () => {
    expect(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`)).toEqual([
      "POST /api/v1/ai/chat/completions",
      "GET /api/v1/ai/models",
      "GET /api/v1/ai/models/{id}",
      "GET /api/v1/ai/credits",
      "GET /api/v1/ai/requests/{id}",
      "GET /health",
      "GET /ready",
      "GET /metrics",
      "GET /openapi.json",
      "GET /docs",
    ]);
  });

  test("every field of the request schema is in the document", () => {
    const schema = document.components.schemas.ChatCompletionRequest as { properties: Json };
    expect(Object.keys(schema.properties)).toEqual(Object.keys(chatCompletionRequest.shape));
  });

  test("every error is used by some route", () => {
    const text = JSON.stringify(document.paths);
    for (const name of Object.keys(errorDocs)) {
      expect(text).toContain(`#/components/responses/${name}"`);
    }
  });

  test("the contract's errors, one form to authorize, and both headers in words", () => {
    const chat = document.paths["/api/v1/ai/chat/completions"]?.post;
    expect(Object.keys(chat?.responses ?? {})).toEqual(
      expect.arrayContaining(["200", "400", "401", "402", "404", "500"]),
    );
    expect(chat?.security).toEqual([{ bearerAuth: [] }]);
    expect(Object.keys(document.components.securitySchemes)).toHaveLength(1);
    expect(JSON.stringify(document.components.securitySchemes)).toContain("x-api-key");
    expect(document.info.description).toContain("/v1");
  });

  test("the version is the product's", () => {
    expect(document.info.version).toBe(packageJson.version);
  });

  test("the limits are the server's own", async () => {
    const { limits } = configSchema.parse({ limits: { choices: 3, messages: 7, tools: 5 } });
    const own = (await buildOpenApiDocument(limits)) as Document;
    const fieldsOf = (made: Document) =>
      made.components.schemas.ChatCompletionRequest?.properties as Record<string, Json>;
    expect(fieldsOf(own)).toMatchObject({
      n: { minimum: 1, maximum: 3 },
      messages: { maxItems: 7 },
      tools: { maxItems: 5 },
    });
    expect(fieldsOf(document).n).toMatchObject({ maximum: 16 });
    const lists = JSON.stringify(document.components.schemas.Message).match(/"maxItems":2048/g);
    // The content of five kinds of messages, calls, and thoughts.
    expect(lists).toHaveLength(7);
  });

  test("no form is filled with an idempotency key, which would refuse the second try", () => {
    const parameters = operations.flatMap(({ operation }) => operation.parameters ?? []);
    const keys = parameters.filter(({ name }) => name === "Idempotency-Key");
    expect(keys).toHaveLength(1);
    expect(JSON.stringify(keys)).not.toContain("example");
  });
});

describe("truth", () => {
  const media = [
    ...operations.flatMap(({ path, operation }) => [
      ...Object.values(operation.requestBody?.content ?? {}).map((it) => ({ at: path, it })),
      ...Object.values(operation.responses).flatMap((response) =>
        Object.values(response.content ?? {}).map((it) => ({ at: path, it })),
      ),
    ]),
    ...Object.entries(document.components.responses).flatMap(([at, response]) =>
      Object.values(response.content).map((it) => ({ at, it })),
    ),
  ];
  const examples = media.flatMap(({ at, it }) =>
    examplesOf(it).map((value) => ({ at, it, value })),
  );

  test("there are examples", () => expect(examples.length).toBeGreaterThan(25));

  test.each(examples)("an example of $at fits its schema", ({ it, value }) => {
    expect(complaint(it.schema, value)).toBeNull();
  });

  test.each(Object.entries(document.components.headers))("the example of %s", (_, header) => {
    expect(complaint(header.schema, header.example)).toBeNull();
  });

  test("the schemas do refuse what is wrong", () => {
    const schema = { $ref: "#/components/schemas/ChatCompletionRequest" };
    expect(complaint(schema, { model: "m", messages: [] })).not.toBeNull();
    expect(complaint(schema, { model: "m", messages: [{ role: "user" }] })).not.toBeNull();
    const user = { role: "user", content: "c" };
    expect(complaint(schema, { model: "m", messages: [user], temperature: 3 })).not.toBeNull();
    const nulls = { stop: null, tool_choice: null, metadata: null, temperature: null, audio: null };
    expect(complaint(schema, { model: "m", messages: [user], ...nulls })).toBeNull();
  });

  test.each([streamExample, failedStreamExample])("the chunks of a stream's example", (stream) => {
    const frames = stream.split("\n\n").filter((line) => line.startsWith("data: {"));
    expect(frames.length).toBeGreaterThan(2);
    for (const text of frames) {
      const data = JSON.parse(text.slice("data: ".length));
      if ("error" in data)
        expect(complaint({ $ref: "#/components/schemas/Error" }, data)).toBeNull();
      else expect(chatCompletionChunk.safeParse(data).error).toBeUndefined();
    }
    expect(stream.endsWith("data: [DONE]\n\n")).toBe(!stream.includes('"error"'));
  });
});
