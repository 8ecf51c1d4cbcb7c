// What a body of the Responses API may be, as far as this adapter uses it: for the property test.
import { z } from "zod";

// The invariants of ResponseCreateParams, as far as this adapter uses it. Strict: what is not named
// here is not sent.
const mark = z.looseObject({ mode: z.string() }).optional();
const inputText = z.strictObject({
  type: z.literal("input_text"),
  text: z.string(),
  prompt_cache_breakpoint: mark,
});
const inputImage = z.strictObject({
  type: z.literal("input_image"),
  image_url: z.string(),
  detail: z.string(),
  prompt_cache_breakpoint: mark,
});
const inputFile = z.strictObject({
  type: z.literal("input_file"),
  file_data: z.string().optional(),
  file_id: z.string().optional(),
  filename: z.string().optional(),
  prompt_cache_breakpoint: mark,
});
const outputPart = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("output_text"),
    text: z.string(),
    annotations: z.array(z.never()),
  }),
  z.strictObject({ type: z.literal("refusal"), refusal: z.string() }),
]);
const inputContent = z.union([
  z.string(),
  z.array(z.discriminatedUnion("type", [inputText, inputImage, inputFile])),
]);
const callId = z.string();
const inputItem = z.union([
  z.strictObject({ role: z.enum(["system", "developer", "user"]), content: inputContent }),
  z.strictObject({ role: z.literal("assistant"), content: z.literal("") }),
  z.strictObject({
    type: z.literal("message"),
    role: z.literal("assistant"),
    content: z.array(outputPart).min(1),
  }),
  z.strictObject({
    type: z.literal("function_call"),
    call_id: callId,
    name: z.string(),
    arguments: z.string(),
  }),
  z.strictObject({
    type: z.literal("custom_tool_call"),
    call_id: callId,
    name: z.string(),
    input: z.string(),
  }),
  z.strictObject({
    type: z.enum(["function_call_output", "custom_tool_call_output"]),
    call_id: callId,
    output: z.union([z.string(), z.array(inputText)]),
  }),
]);
const flatTool = z.strictObject({ type: z.enum(["function", "custom"]), name: z.string() });
const tool = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("function"),
    name: z.string(),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()),
    strict: z.boolean(),
  }),
  z.strictObject({
    type: z.literal("custom"),
    name: z.string(),
    description: z.string().optional(),
    format: z
      .discriminatedUnion("type", [
        z.strictObject({ type: z.literal("text") }),
        z.strictObject({
          type: z.literal("grammar"),
          syntax: z.enum(["lark", "regex"]),
          definition: z.string(),
        }),
      ])
      .optional(),
  }),
]);
/** The body as it leaves. */
export const responsesBody = z.strictObject({
  model: z.string(),
  input: z.array(inputItem),
  store: z.boolean(),
  max_output_tokens: z.int().min(16).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  parallel_tool_calls: z.boolean().optional(),
  safety_identifier: z.string().optional(),
  service_tier: z.string().optional(),
  temperature: z.number().optional(),
  top_p: z.number().optional(),
  user: z.string().optional(),
  prompt_cache_key: z.string().optional(),
  reasoning: z.strictObject({ effort: z.string() }).optional(),
  text: z
    .strictObject({
      verbosity: z.string().optional(),
      format: z
        .discriminatedUnion("type", [
          z.strictObject({ type: z.enum(["text", "json_object"]) }),
          z.strictObject({
            type: z.literal("json_schema"),
            name: z.string(),
            description: z.string().optional(),
            schema: z.record(z.string(), z.unknown()),
            strict: z.boolean(),
          }),
        ])
        .optional(),
    })
    .optional(),
  tools: z.array(tool).min(1).optional(),
  tool_choice: z
    .union([
      z.enum(["none", "auto", "required"]),
      flatTool,
      z.strictObject({
        type: z.literal("allowed_tools"),
        mode: z.enum(["auto", "required"]),
        tools: z.array(flatTool),
      }),
    ])
    .optional(),
  include: z.tuple([z.literal("message.output_text.logprobs")]).optional(),
  top_logprobs: z.int().min(0).max(20).optional(),
  stream: z.literal(true).optional(),
  stream_options: z.strictObject({ include_obfuscation: z.literal(false) }).optional(),
});
