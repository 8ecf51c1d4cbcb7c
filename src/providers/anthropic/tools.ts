// The client's tools and its choice among them as Anthropic's.
import type { ChatRequest, ChatTool } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import type { CacheMarks } from "./cache-marks.ts";
import { sanitizeSchema } from "./json-schema.ts";
import { fitsNativeSchema } from "./schema-fit.ts";
import type { MessagesBody, ObjectSchema, Tool, ToolChoice } from "./wire.ts";

export interface ToolOptions {
  marks: CacheMarks;
  /** The model takes a choice that forces a call. */
  forcedTools: boolean;
  /** Model and platform check a tool's input by its schema. */
  strictTools: boolean;
  /** A tool that takes the final answer as JSON; null where the answer is text. */
  answerTool: Tool | null;
}

type ToolFields = Pick<MessagesBody, "tools" | "tool_choice">;

/** A choice as the client means it, whatever form it came in. */
interface Wish {
  mode: "auto" | "none" | "required";
  /** The only tools that may be called, by name; null for all. */
  only: ReadonlySet<string> | null;
}

/**
 * The tools, and how to choose among them. With an answer tool a call is required and at most one
 * is made: either one of the client's tools, as far as its choice allows them, or the answer. On a
 * model that refuses a forced call the choice is left to the model, among the tools that the client
 * forced. Without any tool there is no choice either.
 * @throws ApiError 400 for a custom tool, parameters that are no object, or a choice that names none of the tools
 */
export function prepareTools(request: ChatRequest, options: ToolOptions): ToolFields {
  const { answerTool } = options;
  const given = (request.tools ?? []).map((tool, index) => toTool(tool, index, options));
  const wish = readWish(request.tool_choice);
  if (wish.only !== null && !given.some(({ name }) => wish.only?.has(name))) {
    throw invalidRequest("'tool_choice' names none of the request's tools.", "tool_choice");
  }
  const allowed = given.filter(({ name }) => wish.only === null || wish.only.has(name));
  if (answerTool !== null) {
    const callable = wish.mode === "none" ? [] : allowed;
    return {
      tools: [...callable, answerTool],
      tool_choice: {
        type: options.forcedTools ? "any" : "auto",
        disable_parallel_tool_use: true,
      },
    };
  }
  if (given.length === 0) {
    return {};
  }
  const choice = toChoice(wish, options.forcedTools, request.parallel_tool_calls === false);
  // The one tool that a choice names can be named upstream too, which keeps the cached prompt.
  const tools = choice?.type === "tool" ? given : allowed;
  return { tools, ...(choice !== null && { tool_choice: choice }) };
}

function toTool(tool: ChatTool, index: number, options: ToolOptions): Tool {
  const place = `tools[${index}]`;
  if (tool.type !== "function" || tool.function === undefined) {
    throw invalidRequest(
      "This model takes tools of the type 'function' only.",
      `${place}.type`,
      "unsupported_parameter",
    );
  }
  const { name, parameters, strict } = tool.function;
  const description = nonEmptyString(tool.function.description);
  const schema = inputSchema(parameters ?? {}, `${place}.function.parameters`);
  const isStrict = strict === true && options.strictTools && fitsNativeSchema(schema);
  return {
    name,
    ...(description !== null && { description }),
    input_schema: isStrict ? { ...sanitizeSchema(schema), type: "object" } : schema,
    ...(isStrict && { strict: true as const }),
    ...options.marks.take(tool),
  };
}

/** Anthropic wants `type: object` in a schema that OpenAI lets be empty. */
function inputSchema(parameters: JsonObject, place: string): ObjectSchema {
  if ((parameters.type ?? "object") !== "object") {
    throw invalidRequest("A function's parameters must have the type 'object'.", `${place}.type`);
  }
  const isEmpty = Object.keys(parameters).length === 0;
  return { ...parameters, type: "object", ...(isEmpty && { properties: {} }) };
}

function readWish(choice: ChatRequest["tool_choice"]): Wish {
  if (choice === undefined || choice === null || typeof choice === "string") {
    return { mode: choice === "none" || choice === "required" ? choice : "auto", only: null };
  }
  if (choice.type === "allowed_tools") {
    const { mode, tools } = asObject(choice.allowed_tools);
    const names = Array.isArray(tools) ? tools.map(toolName) : [];
    return { mode: mode === "required" ? "required" : "auto", only: new Set(names) };
  }
  return { mode: "required", only: new Set([toolName(choice)]) };
}

function toolName(reference: unknown): string {
  const { function: fn, custom } = asObject(reference);
  return nonEmptyString(asObject(fn ?? custom).name) ?? "";
}

function toChoice(wish: Wish, forcedTools: boolean, single: boolean): ToolChoice | null {
  const parallel = single ? { disable_parallel_tool_use: true as const } : {};
  if (wish.mode === "none") {
    return { type: "none" };
  }
  if (wish.mode === "auto" || !forcedTools) {
    // What is the default is not sent.
    return single || wish.mode !== "auto" ? { type: "auto", ...parallel } : null;
  }
  const [name, second] = wish.only ?? [];
  return name !== undefined && second === undefined
    ? { type: "tool", name, ...parallel }
    : { type: "any", ...parallel };
}
