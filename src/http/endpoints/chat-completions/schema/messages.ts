// The messages of a conversation, one schema per `role`.
import { z } from "zod";
import { assistantContent, textContent, toolContent, userContent } from "./content-parts.ts";
import { cacheControl, jsonObject } from "./primitives.ts";
import { functionCall, toolCall } from "./tool-calls.ts";

const shared = {
  name: z.string().nullish(),
  cache_control: cacheControl.nullish(),
};

const developerMessage = z.looseObject({
  role: z.literal("developer"),
  content: textContent,
  ...shared,
});

const systemMessage = z.looseObject({
  role: z.literal("system"),
  content: textContent,
  ...shared,
});

const userMessage = z.looseObject({
  role: z.literal("user"),
  content: userContent,
  ...shared,
});

const assistantMessage = z.looseObject({
  role: z.literal("assistant"),
  content: assistantContent.nullish(),
  refusal: z.string().nullish(),
  tool_calls: z.array(toolCall).nullish(),
  audio: z.looseObject({ id: z.string() }).nullish(),
  function_call: functionCall.nullish().meta({ deprecated: true }),
  // Three spellings of a model's thinking that clients send back so that a provider can go on from
  // it.
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  reasoning_details: z.array(jsonObject).nullish(),
  ...shared,
});

const toolMessage = z.looseObject({
  role: z.literal("tool"),
  content: toolContent,
  tool_call_id: z.string().min(1),
  ...shared,
});

/** The answer to a `function_call`; OpenAI has replaced it by `tool`. */
const functionMessage = z.looseObject({
  role: z.literal("function"),
  name: z.string().min(1),
  content: z.string().nullable(),
});

export const message = z.discriminatedUnion("role", [
  developerMessage,
  systemMessage,
  userMessage,
  assistantMessage,
  toolMessage,
  functionMessage,
]);
