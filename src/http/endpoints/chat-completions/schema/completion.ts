// The answer to a chat request without streaming.
import { z } from "zod";
import { logprobs } from "./logprobs.ts";
import { functionCall, toolCall } from "./tool-calls.ts";
import { usage } from "./usage.ts";

/** Why a model stopped. */
export const finishReason = z.enum([
  "stop",
  "length",
  "tool_calls",
  "content_filter",
  "function_call",
]);

const annotation = z.looseObject({
  type: z.literal("url_citation"),
  url_citation: z.looseObject({
    start_index: z.int(),
    end_index: z.int(),
    title: z.string(),
    url: z.string(),
  }),
});

const audio = z.looseObject({
  id: z.string(),
  data: z.string(),
  expires_at: z.int(),
  transcript: z.string(),
});

const answer = z.looseObject({
  role: z.literal("assistant"),
  content: z.string().nullable(),
  refusal: z.string().nullable(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(toolCall).optional(),
  annotations: z.array(annotation).optional(),
  audio: audio.nullish(),
  function_call: functionCall.optional().meta({ deprecated: true }),
});

const choice = z.looseObject({
  index: z.int().min(0),
  message: answer,
  finish_reason: finishReason,
  logprobs: logprobs.nullable(),
});

export const chatCompletion = z.looseObject({
  id: z.string(),
  object: z.literal("chat.completion"),
  created: z.int().meta({ description: "Unix time in seconds." }),
  model: z.string(),
  choices: z.array(choice),
  usage: usage.optional(),
  service_tier: z.string().nullish(),
  system_fingerprint: z.string().optional(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
