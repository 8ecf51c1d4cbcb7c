// The named schemas of the OpenAPI document, generated from the zod schemas that the server checks
// with.
import { z } from "zod";
import type { Config } from "../../config/schema.ts";
import { chatCompletionChunk } from "../endpoints/chat-completions/schema/chunk.ts";
import { chatCompletion } from "../endpoints/chat-completions/schema/completion.ts";
import { userPart } from "../endpoints/chat-completions/schema/content-parts.ts";
import { message } from "../endpoints/chat-completions/schema/messages.ts";
import { chatCompletionRequest } from "../endpoints/chat-completions/schema/request.ts";
import { responseFormat } from "../endpoints/chat-completions/schema/response-format.ts";
import { toolCall } from "../endpoints/chat-completions/schema/tool-calls.ts";
import { tool, toolChoice } from "../endpoints/chat-completions/schema/tools.ts";
import { usage } from "../endpoints/chat-completions/schema/usage.ts";
import { creditsSummary } from "../endpoints/credits/schema.ts";
import { health, readiness } from "../endpoints/health/schema.ts";
import { model, modelList } from "../endpoints/models/schema.ts";
import { requestRecord } from "../endpoints/requests/schema.ts";
import { errorEnvelope } from "./error-schema.ts";

type JsonSchema = Record<string, unknown>;

/** OpenAPI documents are not described further: their own specification does. */
const openApi = z.looseObject({ openapi: z.string() });

const NAMED_SCHEMAS = {
  ChatCompletionRequest: chatCompletionRequest,
  Message: message,
  ContentPart: userPart,
  Tool: tool,
  ToolChoice: toolChoice,
  ResponseFormat: responseFormat,
  ChatCompletion: chatCompletion,
  ChatCompletionChunk: chatCompletionChunk,
  ToolCall: toolCall,
  Usage: usage,
  ModelList: modelList,
  Model: model,
  Credits: creditsSummary,
  RequestRecord: requestRecord,
  Error: errorEnvelope,
  Health: health,
  Readiness: readiness,
  OpenApi: openApi,
} satisfies Record<string, z.ZodType>;

export type SchemaName = keyof typeof NAMED_SCHEMAS;

/** Points at a named schema of the document. */
export function schemaRef(name: SchemaName): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** Gives `components.schemas` of the document, in OpenAPI 3.0's dialect of JSON Schema. */
export function componentSchemas(limits: Config["limits"]): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED_SCHEMAS)) registry.add(schema, { id });
  // The schemas have neither transforms nor defaults: what they take and what they give is the
  // same.
  const { schemas } = z.toJSONSchema(registry, {
    target: "openapi-3.0",
    io: "input",
    uri: (id) => `#/components/schemas/${id}`,
  });
  const named: Record<string, JsonSchema> = {};
  for (const [id, schema] of Object.entries(schemas)) {
    // OpenAPI 3.0 knows no `$id`; the name is the key.
    const { $id: _, ...rest } = schema;
    named[id] = withRealNulls(rest) as JsonSchema;
  }
  addLimits(named.ChatCompletionRequest, limits);
  return named;
}

/** What the operator bounds: the schemas themselves know no configuration. */
function addLimits(request: JsonSchema | undefined, limits: Config["limits"]): void {
  const fields = request?.properties as Record<string, JsonSchema>;
  const bounds: Record<string, JsonSchema> = {
    messages: { maxItems: limits.messages },
    tools: { maxItems: limits.tools },
    functions: { maxItems: limits.tools },
    n: { maximum: limits.choices },
    logit_bias: { maxProperties: limits.jsonFields },
  };
  for (const [name, bound] of Object.entries(bounds)) Object.assign(fields[name] ?? {}, bound);
}

/**
 * OpenAPI 3.0.3 gives `nullable` a meaning only beside `type`, and an `enum` must list null to
 * allow it; zod's output does neither. This says the same in a form that every reader understands.
 */
function withRealNulls(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withRealNulls);
  if (typeof node !== "object" || node === null) return node;
  const schema: JsonSchema = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withRealNulls(value)]),
  );
  if (schema.nullable !== true) return schema;
  if (Array.isArray(schema.enum)) return { ...schema, enum: [...schema.enum, null] };
  if ("type" in schema) return schema;
  const { nullable: _, anyOf, oneOf, allOf, ...rest } = schema;
  const branches = [anyOf, oneOf, allOf].find(Array.isArray) ?? [];
  return { ...rest, anyOf: [...branches, { type: "string", nullable: true, enum: [null] }] };
}
