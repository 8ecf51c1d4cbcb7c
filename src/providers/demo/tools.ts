// When the demo model calls tools, which, and with what arguments.
import type { ChatRequest, ChatTool } from "../../base/chat.ts";
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
 */
export function planCalls(request: ChatRequest): PlannedCall[] {
  const choice = choiceOf(request);
  const tools = (request.tools ?? []).filter((tool) => nameOf(tool) !== "");
  if (choice.mode === "none" || tools.length === 0) {
    return [];
  }
  if (choice.mode === "named") {
    const tool = tools.find((candidate) => nameOf(candidate) === choice.name);
    return tool === undefined ? [] : [toCall(tool)];
  }
  if (choice.mode === "auto" && finalToolResults(request).length > 0) {
    return [];
  }
  const text = lastUserText(request).toLowerCase();
  const named = tools.filter((tool) => mentions(text, nameOf(tool)));
  const chosen = named.length === 0 && choice.mode === "required" ? tools.slice(0, 1) : named;
  const most = request.parallel_tool_calls === false ? 1 : CALLS_MAX;
  return chosen.slice(0, most).map(toCall);
}

type Choice = { mode: "none" | "auto" | "required" } | { mode: "named"; name: string };

function choiceOf(request: ChatRequest): Choice {
  const choice = request.tool_choice;
  if (typeof choice === "object") {
    const named = (choice.function ?? choice.custom) as { name?: unknown } | undefined;
    if (typeof named?.name === "string") {
      return { mode: "named", name: named.name };
    }
    const allowed = choice.allowed_tools as { mode?: unknown } | undefined;
    return { mode: allowed?.mode === "required" ? "required" : "auto" };
  }
  return { mode: choice === "none" || choice === "required" ? choice : "auto" };
}

function nameOf(tool: ChatTool): string {
  return tool.function?.name ?? "";
}

/** `get_weather` is also mentioned by "get weather". */
function mentions(text: string, name: string): boolean {
  const lower = name.toLowerCase();
  return text.includes(lower) || text.includes(lower.replace(/[_-]+/g, " "));
}

function toCall(tool: ChatTool): PlannedCall {
  const parameters = tool.function?.parameters ?? { type: "object" };
  return { name: nameOf(tool), arguments: JSON.stringify(schemaValue(parameters)) };
}
