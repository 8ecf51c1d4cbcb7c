// Tools and the choice between them as Gemini's function declarations and calling mode.
import type { ChatRequest, ChatTool } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import { asObject } from "../shared/json.ts";
import type { FunctionCallingConfig, FunctionDeclaration, GenerateContentBody } from "./wire.ts";

/** The rule for names in `FunctionDeclaration`. */
const FUNCTION_NAME = /^[A-Za-z_][\w.:-]{0,127}$/;

/** The two fields of the body that speak of tools; none without tools. */
export type ToolFields = Pick<GenerateContentBody, "tools" | "toolConfig">;

interface Choice {
  mode: "auto" | "any" | "none";
  /** Null allows all tools. */
  names: string[] | null;
}

/**
 * Maps `tools` and `tool_choice`. A strict tool turns the automatic mode into VALIDATED, which
 * keeps calls to their schema. A choice among allowed tools with the mode `auto` declares those
 * only, since Gemini takes a list of allowed names with a forced call alone. `parallel_tool_calls:
 * false` has no equal and is left out: Gemini may make several calls at once.
 * @throws ApiError 400 for a tool that is no function, a name Gemini refuses, a choice of an
 * unknown tool
 */
export function buildTools(request: ChatRequest): ToolFields {
  const tools = request.tools ?? [];
  const choice = readChoice(request.tool_choice);
  const declarations = tools.map(declare);
  refuseUnknownNames(choice, declarations);
  if (declarations.length === 0) {
    return {};
  }
  const narrowed = choice?.mode === "auto" ? choice.names : null;
  const offered = declarations.filter(({ name }) => narrowed?.includes(name) ?? true);
  const strict = tools.some((tool) => tool.function?.strict === true);
  const config = callingConfig(choice, strict);
  return {
    tools: [{ functionDeclarations: offered }],
    ...(config === null ? {} : { toolConfig: { functionCallingConfig: config } }),
  };
}

/** Whether the request forces a call, which Gemini refuses together with a JSON format. */
export function forcesCall(request: ChatRequest): boolean {
  return readChoice(request.tool_choice)?.mode === "any";
}

function declare(tool: ChatTool, index: number): FunctionDeclaration {
  const fn = tool.function;
  if (tool.type !== "function" || fn === undefined) {
    throw invalidRequest(
      `'tools[${index}].type' must be function for this model.`,
      `tools[${index}].type`,
      "unsupported_value",
    );
  }
  if (!FUNCTION_NAME.test(fn.name)) {
    throw invalidRequest(
      `'tools[${index}].function.name' must start with a letter or _ and have at most 128 ` +
        "letters, digits, _, ., : and -.",
      `tools[${index}].function.name`,
    );
  }
  return {
    name: fn.name,
    ...(fn.description ? { description: fn.description } : {}),
    ...(fn.parameters ? { parametersJsonSchema: fn.parameters } : {}),
  };
}

function callingConfig(choice: Choice | null, strict: boolean): FunctionCallingConfig | null {
  switch (choice?.mode) {
    case "none":
      return { mode: "NONE" };
    case "any":
      return choice.names === null
        ? { mode: "ANY" }
        : { mode: "ANY", allowedFunctionNames: choice.names };
    case "auto":
      return { mode: strict ? "VALIDATED" : "AUTO" };
    default:
      return strict ? { mode: "VALIDATED" } : null;
  }
}

/** Null when the request leaves it open. */
function readChoice(choice: ChatRequest["tool_choice"]): Choice | null {
  if (choice === undefined) {
    return null;
  }
  switch (choice) {
    case "auto":
    case "none":
      return { mode: choice, names: null };
    case "required":
      return { mode: "any", names: null };
  }
  const given = asObject(choice);
  if (given.type === "function") {
    return { mode: "any", names: [String(asObject(given.function).name)] };
  }
  if (given.type === "allowed_tools") {
    const allowed = asObject(given.allowed_tools);
    const tools = Array.isArray(allowed.tools) ? allowed.tools : [];
    const names = tools.map((tool) => String(asObject(asObject(tool).function).name));
    return { mode: allowed.mode === "required" ? "any" : "auto", names };
  }
  throw invalidRequest(
    "'tool_choice' must be none, auto, required, a function or allowed_tools for this model.",
    "tool_choice",
    "unsupported_value",
  );
}

function refuseUnknownNames(choice: Choice | null, declared: readonly FunctionDeclaration[]): void {
  if (choice === null) {
    return;
  }
  if (choice.mode === "any" && declared.length === 0) {
    throw invalidRequest("'tool_choice' asks for a call, and there are no tools.", "tool_choice");
  }
  const known = new Set(declared.map(({ name }) => name));
  const unknown = choice.names?.find((name) => !known.has(name));
  if (unknown !== undefined || choice.names?.length === 0) {
    throw invalidRequest("'tool_choice' names no tool of this request.", "tool_choice");
  }
}
