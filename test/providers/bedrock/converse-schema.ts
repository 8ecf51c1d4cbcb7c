// What Converse takes, for tests: written by hand, so that it does not share the code's mistakes.
import { z } from "zod";

// Written by hand from the types of @aws-sdk/client-bedrock-runtime and Bedrock's stated rules.
const text = z.strictObject({ text: z.string().regex(/\S/) });
const cachePoint = z.strictObject({
  cachePoint: z.strictObject({ type: z.literal("default"), ttl: z.literal("1h").optional() }),
});
const source = z.strictObject({ bytes: z.base64() });
const object = z.record(z.string(), z.unknown());
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const image = z.strictObject({
  image: z.strictObject({ format: z.enum(["png", "jpeg", "gif", "webp"]), source }),
});
const document = z.strictObject({
  document: z.strictObject({
    format: z.enum(["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"]),
    name: z.string().regex(/^(?! )(?!.* {2})[A-Za-z0-9 ()[\]-]{1,200}$/),
    source,
  }),
});
const block = z.union([
  text,
  cachePoint,
  image,
  document,
  z.strictObject({ audio: z.strictObject({ format: z.string(), source }) }),
  z.strictObject({
    toolUse: z.strictObject({ toolUseId: id, name: z.string(), input: object }),
  }),
  z.strictObject({
    toolResult: z.strictObject({
      toolUseId: id,
      content: z.array(z.union([text, image, document])).min(1),
    }),
  }),
]);
const toolSpec = z.strictObject({
  toolSpec: z.strictObject({
    name: z.string(),
    description: z.string().min(1).optional(),
    strict: z.literal(true).optional(),
    inputSchema: z.strictObject({ json: z.looseObject({ type: z.literal("object") }) }),
  }),
});
const toolChoice = z.union([
  z.strictObject({ any: z.strictObject({}) }),
  z.strictObject({ tool: z.strictObject({ name: z.string() }) }),
]);
export const converse = z.strictObject({
  messages: z
    .array(z.strictObject({ role: z.enum(["user", "assistant"]), content: z.array(block).min(1) }))
    .min(1),
  system: z
    .array(z.union([text, cachePoint]))
    .min(1)
    .optional(),
  inferenceConfig: z
    .strictObject({
      maxTokens: z.literal(2_000),
      temperature: z.number().min(0).max(1).optional(),
      topP: z.number().min(0).max(1).optional(),
      stopSequences: z.array(z.string().regex(/\S/)).min(1).optional(),
    })
    .required({ maxTokens: true }),
  toolConfig: z
    .strictObject({
      tools: z.array(z.union([toolSpec, cachePoint])).min(1),
      toolChoice: toolChoice.optional(),
    })
    .optional(),
  outputConfig: z
    .strictObject({
      textFormat: z.strictObject({
        type: z.literal("json_schema"),
        structure: z.strictObject({
          jsonSchema: z.strictObject({
            schema: z.string(),
            name: z.string(),
            description: z.string().optional(),
          }),
        }),
      }),
    })
    .optional(),
  serviceTier: z.strictObject({ type: z.enum(["flex", "priority"]) }).optional(),
  additionalModelRequestFields: object.optional(),
  additionalModelResponseFieldPaths: z.array(z.string().startsWith("/")).min(1).optional(),
});
