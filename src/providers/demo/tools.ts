// When the demo model calls tools, which, and with what arguments.
import type { ChatRequest, ChatTool } from "../../base/chat.ts";
import { readTools, toolName } from "../shared/tool-choice.ts";
import { schemaValue } from "./schema-value.ts";
import { finalToolResults, lastUserText } from "./text.ts";

/** A call before it has an id. */
export interface PlannedCall {
  name: string;
  /** JSON text that fits the tool's parameters. */
  arguments: string;
}

/** The most calls of one answer. */
const CALLS_MAX = 8;

/**
 * The calls that answer this request; none means a text answers it.
 *
 * A named tool is called. `required` calls every tool that the user's text names, or else the first
 * one. `auto` calls only tools that the text names, and after their results it answers. Several
 * calls are made only while `parallel_tool_calls` is not false.
 * @throws ApiError 400 for what the demo model has not: custom tools, the old `functions`, and
 *   parameters that it makes no value for
 */
export function planCalls(request: ChatRequest): PlannedCall[] {
  const { all, allowed, choice, parallel } = readTools(request);
  const called = (tools: readonly ChatTool[]) =>
    tools.map((tool) => callOf(tool, all.indexOf(tool)));
  if (choice.kind === "none") return [];
  if (choice.kind === "tool") {
    return called(all.filter((tool) => toolName(tool) === choice.name).slice(0, 1));
  }
  if (choice.kind === "auto" && finalToolResults(request).length > 0) return [];
  const text = lastUserText(request).toLowerCase();
  const named = allowed.filter((tool) => mentions(text, toolName(tool)));
  const chosen = named.length === 0 && choice.kind === "required" ? allowed.slice(0, 1) : named;
  return called(chosen.slice(0, parallel ? CALLS_MAX : 1));
}

/** `get_weather` is also mentioned by "get weather". */
function mentions(text: string, name: string): boolean {
  const lower = name.toLowerCase();
  return name !== "" && (text.includes(lower) || text.includes(lower.replace(/[_-]+/g, " ")));
}

function callOf(tool: ChatTool, index: number): PlannedCall {
  const parameters = tool.function?.parameters ?? { type: "object" };
  const value = schemaValue(parameters, `tools[${index}].function.parameters`);
  return { name: toolName(tool), arguments: JSON.stringify(value) };
}
