// `tool_choice` and `tools`, read into one decision.

import type { ChatRequest, ChatTool } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import { asObject, isObject } from "../shared/json.ts";

export type Choice =
  | { kind: "auto" }
  | { kind: "any" }
  | { kind: "none" }
  | { kind: "tool"; name: string };

export interface OfferedTools {
  /** Functions only, in the caller's order. */
  tools: ChatTool[];
  choice: Choice;
}

/**
 * The tools that the model may call, and whether it must.
 * @throws ApiError 400 for custom tools, the old `functions`, and a choice of what is not offered
 */
export function readTools(request: ChatRequest): OfferedTools {
  for (const field of ["functions", "function_call"]) {
    if (request[field] !== undefined) {
      throw invalidRequest(`Use tools in place of ${field}.`, field);
    }
  }
  const tools = request.tools ?? [];
  for (const [index, { type }] of tools.entries()) {
    if (type !== "function") {
      const message = "The provider has functions only, no custom tools.";
      throw invalidRequest(message, `tools[${index}].type`);
    }
  }
  const offered = readChoice(request.tool_choice, tools);
  const { choice } = offered;
  const misses = choice.kind === "tool" && !offered.tools.some((it) => nameOf(it) === choice.name);
  if (misses || (choice.kind === "any" && offered.tools.length === 0)) {
    throw invalidRequest("The choice names no tool that is offered.", "tool_choice");
  }
  return offered;
}

/** A function's name. */
export function nameOf(tool: ChatTool): string {
  return tool.function?.name ?? "";
}

function readChoice(given: ChatRequest["tool_choice"], tools: ChatTool[]): OfferedTools {
  if (!isObject(given)) {
    const kind = given === "required" ? "any" : given === "none" ? "none" : "auto";
    return { tools, choice: { kind } };
  }
  if (given.type === "function") {
    return { tools, choice: { kind: "tool", name: String(asObject(given.function).name) } };
  }
  if (given.type !== "allowed_tools") {
    throw invalidRequest("The provider has functions only, no custom tools.", "tool_choice.type");
  }
  const { mode, tools: listed } = asObject(given.allowed_tools);
  const names = (Array.isArray(listed) ? listed : []).map(
    (tool) => asObject(asObject(tool).function).name ?? asObject(tool).name,
  );
  const allowed = tools.filter((tool) => names.includes(nameOf(tool)));
  if (allowed.length === 0) {
    throw invalidRequest("The choice names no tool that is offered.", "tool_choice");
  }
  return { tools: allowed, choice: { kind: mode === "required" ? "any" : "auto" } };
}
