// The tools a request offers, and which of them the model is to use.
import { z } from "zod";
import { cacheControl, jsonObject } from "./primitives.ts";

const toolName = z.string().min(1);

const functionTool = z.looseObject({
  type: z.literal("function"),
  function: z.looseObject({
    name: toolName,
    description: z.string().nullish(),
    parameters: jsonObject.nullish().meta({ description: "A JSON schema." }),
    strict: z.boolean().nullish(),
  }),
  cache_control: cacheControl.nullish(),
});

const customFormat = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text") }),
  z.looseObject({
    type: z.literal("grammar"),
    grammar: z.looseObject({ syntax: z.enum(["lark", "regex"]), definition: z.string() }),
  }),
]);

const customTool = z.looseObject({
  type: z.literal("custom"),
  custom: z.looseObject({
    name: toolName,
    description: z.string().nullish(),
    format: customFormat.nullish(),
  }),
  cache_control: cacheControl.nullish(),
});

/**
 * A closed list of types: a tool that the provider itself runs (a web search, say) is billed apart
 * from tokens, so that one nobody has priced must not slip through.
 */
export const tool = z.discriminatedUnion("type", [functionTool, customTool]);

const namedTool = z.looseObject({ name: toolName });

export const toolChoice = z.union([
  z.enum(["none", "auto", "required"]),
  z.discriminatedUnion("type", [
    z.looseObject({ type: z.literal("function"), function: namedTool }),
    z.looseObject({ type: z.literal("custom"), custom: namedTool }),
    z.looseObject({
      type: z.literal("allowed_tools"),
      allowed_tools: z.looseObject({
        mode: z.enum(["auto", "required"]),
        tools: z.array(jsonObject),
      }),
    }),
  ]),
]);

/** A function in the form that came before `tools`. */
export const legacyFunction = z.looseObject({
  name: toolName,
  description: z.string().nullish(),
  parameters: jsonObject.nullish(),
});

/** The choice that came before `tool_choice`. */
export const legacyFunctionChoice = z.union([z.enum(["none", "auto"]), namedTool]);
