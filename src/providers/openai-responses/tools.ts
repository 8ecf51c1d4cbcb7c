// Tools and their choice in the Responses API's flat form.
import { asObject, isObject, type JsonObject } from "../shared/json.ts";
import { formOf } from "../shared/tool-arguments.ts";

/** A function without parameters: chat completions takes their absence for this. */
const NO_PARAMETERS: JsonObject = { type: "object", properties: {} };

/** A request's tool, of type `function` or `custom`, as the Responses API writes it. */
export function toTool(value: unknown): JsonObject {
  const tool = asObject(value);
  const { member: type } = formOf(tool);
  const { name, description, format, parameters, strict } = asObject(tool[type]);
  const named = { type, name, ...(typeof description === "string" && { description }) };
  return type === "custom"
    ? { ...named, ...(isObject(format) && { format: toFormat(format) }) }
    : // Strictness is always given, as the default differs: false on chat completions, true here.
      { ...named, parameters: parameters ?? NO_PARAMETERS, strict: strict ?? false };
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
  const { name } = asObject(tool[formOf(tool).member]);
  return { type: tool.type, name: name ?? tool.name };
}

function toFormat(format: JsonObject): JsonObject {
  if (format.type !== "grammar") {
    return { type: format.type };
  }
  const { syntax, definition } = asObject(format.grammar);
  return { type: "grammar", syntax, definition };
}
