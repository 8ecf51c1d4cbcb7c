// The client's tools and its choice among them, as far as the model takes them.
import type { ChatRequest, ChatTool } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import { type JsonObject, nonEmptyString } from "../shared/json.ts";
import { type OfferedTools, type ToolChoice, toolName } from "../shared/tool-choice.ts";
import type { ObjectSchema, ToolChoice as SentChoice, Tool } from "./blocks.ts";
import type { CacheBreakpoints } from "./cache-breakpoints.ts";
import type { ModelRules } from "./platform.ts";
import { fitsNativeSchema } from "./schema-fit.ts";
import { objectRoot } from "./schema-root.ts";
import { sanitizeSchema } from "./schema-sanitize.ts";

export interface ToolPlan {
  /** What the model gets; empty for none. */
  tools: Tool[];
  /** Only what the model takes: what it does not is in the instruction. */
  choice: ToolChoice;
  /** One call at a time. */
  single: boolean;
  /** For the end of the system prompt. */
  instruction: string | null;
}

export interface ToolOptions {
  rules: ModelRules;
  breakpoints: CacheBreakpoints;
  /** Takes the final answer as JSON; null where the answer is text. */
  answerTool: Tool | null;
}

/** Whether the client demands a call, which comes before the form of an answer and before thinking. */
export function demandsCall({ choice }: OfferedTools): boolean {
  return choice.kind === "required" || choice.kind === "tool";
}

/**
 * The tools, and how to choose among them. With an answer tool a call is required and at most one
 * is made: either one of the client's tools, as far as its choice allows them, or the answer. A
 * model that refuses a forced call is asked for it, with no more tools than the client forced.
 * @throws ApiError 400 for parameters that are no object
 */
export function planTools(offered: OfferedTools, options: ToolOptions): ToolPlan {
  const { rules, answerTool } = options;
  const { all, allowed, choice } = offered;
  const single = !offered.parallel && rules.singleCalls;
  const written = new Map(all.map((tool, index) => [tool, toTool(tool, index, options)]));
  const writtenOf = (tools: readonly ChatTool[]) => tools.flatMap((it) => written.get(it) ?? []);
  if (answerTool !== null) {
    const callable = choice.kind === "none" ? [] : writtenOf(allowed);
    const kind = rules.forcedTools === "none" ? "auto" : "required";
    const tools = [...callable, answerTool];
    return { tools, choice: { kind }, single: rules.singleCalls, instruction: null };
  }
  if (choice.kind === "tool" && rules.forcedTools !== "named") {
    // A list of one leaves no other tool to call.
    const only = writtenOf(all.filter((tool) => toolName(tool) === choice.name));
    return rules.forcedTools === "any"
      ? { tools: only, choice: { kind: "required" }, single, instruction: null }
      : {
          tools: only,
          choice: { kind: "auto" },
          single,
          instruction: `Call the tool "${choice.name}" now.`,
        };
  }
  if (choice.kind === "required" && rules.forcedTools === "none") {
    const instruction = "Call at least one tool before you answer in text.";
    return { tools: writtenOf(allowed), choice: { kind: "auto" }, single, instruction };
  }
  // The one tool that a choice names can be named upstream too, which keeps the cached prompt.
  const tools = writtenOf(choice.kind === "tool" ? all : allowed);
  return { tools, choice, single, instruction: null };
}

/** The choice in Claude's own words. @param single one call at a time */
export function claudeChoice(choice: ToolPlan["choice"], single: boolean): SentChoice {
  if (choice.kind === "none") {
    return { type: "none" };
  }
  const one = single ? { disable_parallel_tool_use: true as const } : {};
  return choice.kind === "tool"
    ? { type: "tool", name: choice.name, ...one }
    : { type: choice.kind === "required" ? "any" : "auto", ...one };
}

function toTool(tool: ChatTool, index: number, { rules, breakpoints }: ToolOptions): Tool {
  const { parameters, strict } = tool.function ?? {};
  const description = nonEmptyString(tool.function?.description?.trim());
  const schema = inputSchema(parameters ?? {}, `tools[${index}].function.parameters`);
  const isStrict = strict === true && rules.nativeJson && fitsNativeSchema(schema);
  const breakpoint = rules.cacheBreakpoints === "everywhere" ? breakpoints.take(tool) : {};
  return {
    name: toolName(tool),
    ...(description !== null && { description }),
    input_schema: isStrict ? { ...sanitizeSchema(schema), type: "object" } : schema,
    ...(isStrict && { strict: true as const }),
    ...breakpoint,
  };
}

/** Claude wants `type: object` in a schema that OpenAI lets be empty. */
function inputSchema(parameters: JsonObject, place: string): ObjectSchema {
  const schema = objectRoot(parameters);
  if (schema === null) {
    throw invalidRequest("A function's parameters must have the type 'object'.", `${place}.type`);
  }
  const isEmpty = Object.keys(parameters).length === 0;
  return isEmpty ? { ...schema, properties: {} } : schema;
}

/** A name that none of the client's tools has. */
export function freeToolName(request: ChatRequest, wanted: string): string {
  const taken = new Set(request.tools?.map(toolName));
  let name = wanted;
  for (let count = 2; taken.has(name); count++) {
    name = `${wanted}_${count}`;
  }
  return name;
}
