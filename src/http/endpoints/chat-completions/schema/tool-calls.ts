// The calls that a model makes, as they stand in answers and come back in conversations.
import { z } from "zod";
import { jsonObject } from "./primitives.ts";

/** `arguments` is JSON as the model wrote it, which may be invalid: it is never parsed here. */
export const functionCall = z.looseObject({
  name: z.string(),
  arguments: z.string(),
});

const functionToolCall = z.looseObject({
  id: z.string(),
  type: z.literal("function"),
  function: functionCall,
  extra_content: jsonObject.nullish().meta({
    description: "A provider's own data, as Gemini's thought signature; send it back unchanged.",
  }),
});

const customToolCall = z.looseObject({
  id: z.string(),
  type: z.literal("custom"),
  custom: z.looseObject({ name: z.string(), input: z.string() }),
});

export const toolCall = z.discriminatedUnion("type", [functionToolCall, customToolCall]);
