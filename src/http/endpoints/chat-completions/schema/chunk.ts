// One chunk of a streamed answer.
import { z } from "zod";
import { finishReason } from "./completion.ts";
import { logprobs } from "./logprobs.ts";
import { usage } from "./usage.ts";

const functionDelta = z.looseObject({
  name: z.string().optional(),
  arguments: z.string().optional(),
});

/**
 * The first chunk of a call carries `id`, `type` and the name, the later ones more of its
 * arguments.
 */
const toolCallDelta = z.looseObject({
  index: z.int().min(0),
  id: z.string().optional(),
  type: z.enum(["function", "custom"]).optional(),
  function: functionDelta.optional(),
  custom: z.looseObject({ name: z.string().optional(), input: z.string().optional() }).optional(),
});

const delta = z.looseObject({
  role: z.enum(["developer", "system", "user", "assistant", "tool"]).optional(),
  content: z.string().nullish(),
  refusal: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(toolCallDelta).optional(),
  function_call: functionDelta.optional().meta({ deprecated: true }),
});

const chunkChoice = z.looseObject({
  index: z.int().min(0),
  delta,
  finish_reason: finishReason.nullable(),
  logprobs: logprobs.nullish(),
});

export const chatCompletionChunk = z.looseObject({
  id: z.string().meta({ description: "The same in all chunks of an answer." }),
  object: z.literal("chat.completion.chunk"),
  created: z.int().meta({ description: "Unix time in seconds, the same in all chunks." }),
  model: z.string(),
  choices: z.array(chunkChoice).meta({ description: "Empty in the chunk that carries usage." }),
  usage: usage.nullish(),
  service_tier: z.string().nullish(),
  system_fingerprint: z.string().optional(),
});
