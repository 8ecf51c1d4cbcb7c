// Tools and their choice in the Responses API's flat form.
import { asObject, isObject, type JsonObject } from "../shared/json.ts";

/** A function without parameters: chat completions takes their absence for this. */
const NO_PARAMETERS: JsonObject = { type: "object", properties: {} };

/** A request's tool, of type `function` or `custom`, as the Responses API writes it. */
export function toTool(value: unknown): JsonObject {
  const tool = asObject(value);
  if (tool.type === "custom") {
    const { name, description, format } = asObject(tool.custom);
    return {
      type: "custom",
      name,
      ...(typeof description === "string" && { description }),
      ...(isObject(format) && { format: toFormat(format) }),
    };
  }
  const { name, description, parameters, strict } = asObject(tool.function);
  return {
    type: "function",
    name,
    ...(typeof description === "string" && { description }),
    parameters: parameters ?? NO_PARAMETERS,
    // Always given, as the default differs: false on chat completions, true here.
    strict: strict ?? false,
  };
}

/** A choice of tools as the Responses API writes it; words stay as they are. */
export function toToolChoice(choice: unknown): unknown {
  if (!isObject(choice)) {
    return choice;
  }
  if (choice.type === "allowed_tools") {
    const { mode, tools } = asObject(choice.allowed_tools);
    const flat = Array.isArray(tools) ? tools.map(flatten) : [];
    return { type: "allowed_tools", mode, tools: flat };
  }
  return flatten(choice);
}

/** `{type, function: {name}}` as `{type, name}`. */
function flatten(value: unknown): JsonObject {
  const tool = asObject(value);
  const { name } = asObject(tool.type === "custom" ? tool.custom : tool.function);
  return { type: tool.type, name: name ?? tool.name };
}

function toFormat(format: JsonObject): JsonObject {
  if (format.type !== "grammar") {
    return { type: format.type };
  }
  const { syntax, definition } = asObject(format.grammar);
  return { type: "grammar", syntax, definition };
}
