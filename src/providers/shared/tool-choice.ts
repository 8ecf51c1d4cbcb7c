// The one reader of `tools` and `tool_choice`, for dialects that have functions and nothing else.
import type { ChatRequest, ChatTool } from "../../base/chat.ts";
import { invalidRequest, unsupported } from "../../base/errors.ts";
import { asArray, asObject, isGiven, isObject, nonEmptyString } from "./json.ts";

export type ToolChoice =
  | { kind: "auto" }
  | { kind: "none" }
  /** The model must call at least one. */
  | { kind: "required" }
  /** The model must call this one. */
  | { kind: "tool"; name: string };

export interface OfferedTools {
  /** All functions of the request, in the caller's order. */
  all: readonly ChatTool[];
  /** Those that may be called now: all, or those that `allowed_tools` names. */
  allowed: readonly ChatTool[];
  choice: ToolChoice;
  /** False where the caller wants one call at a time. */
  parallel: boolean;
}

/**
 * What tools the model gets, and whether it must call.
 * @throws ApiError 400 for custom tools, the old `functions`, and a choice of what is not offered
 */
export function readTools(request: ChatRequest): OfferedTools {
  refuseLegacyFunctions(request);
  const all = request.tools ?? [];
  for (const [index, { type }] of all.entries()) {
    if (type !== "function") {
      throw unsupported(
        "This model takes tools of the type 'function' only.",
        `tools[${index}].type`,
      );
    }
  }
  const { choice, only } = readChoice(request.tool_choice);
  const allowed = only === null ? all : all.filter((tool) => only.has(toolName(tool)));
  const named = choice.kind === "tool" ? choice.name : null;
  const misses =
    (named !== null && !all.some((tool) => toolName(tool) === named)) ||
    ((choice.kind === "required" || only !== null) && allowed.length === 0);
  if (misses) {
    throw invalidRequest("'tool_choice' names no tool that is offered in 'tools'.", "tool_choice");
  }
  return { all, allowed, choice, parallel: request.parallel_tool_calls !== false };
}

/** A function's name. */
export function toolName(tool: ChatTool): string {
  return tool.function?.name ?? "";
}

/** An empty list and "none" ask for nothing, so that they are no reason to refuse a request. */
function refuseLegacyFunctions({ functions, function_call: call }: ChatRequest): void {
  const instead = "Use 'tools' and 'tool_choice'.";
  if (asArray(functions).length > 0) {
    throw unsupported(`This model does not support 'functions'. ${instead}`, "functions");
  }
  if (isGiven(call) && call !== "none" && call !== "auto") {
    throw unsupported(`This model does not support 'function_call'. ${instead}`, "function_call");
  }
}

function readChoice(given: unknown): { choice: ToolChoice; only: ReadonlySet<string> | null } {
  if (!isObject(given)) {
    const kind = given === "required" || given === "none" ? given : "auto";
    return { choice: { kind }, only: null };
  }
  if (given.type === "allowed_tools") {
    const { mode, tools } = asObject(given.allowed_tools);
    const only = new Set(asArray(tools).map(referredName));
    return { choice: { kind: mode === "required" ? "required" : "auto" }, only };
  }
  if (given.type === "custom") {
    throw unsupported("This model takes tools of the type 'function' only.", "tool_choice.type");
  }
  return { choice: { kind: "tool", name: referredName(given) }, only: null };
}

/** `{type, function: {name}}`, or as some clients write it `{type, name}`. */
function referredName(reference: unknown): string {
  const { function: fn, name } = asObject(reference);
  return nonEmptyString(asObject(fn).name) ?? nonEmptyString(name) ?? "";
}
