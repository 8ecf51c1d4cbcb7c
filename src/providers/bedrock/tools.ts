// The tools of a request as Converse's tool configuration.
import type { ChatTool } from "../../base/chat.ts";
import type { JsonObject } from "../shared/json.ts";
import { cachePointOf } from "./cache-points.ts";
import type { ModelFamily } from "./model-family.ts";
import { isConstrainable } from "./schema-subset.ts";
import { type Choice, nameOf, type OfferedTools } from "./tool-choice.ts";
import type { CachePoint, ToolChoice, ToolConfig, ToolSpec } from "./wire.ts";

const CALL_NONE = "Do not call any tool now: answer in text.";

export interface ToolPlan {
  toolConfig: ToolConfig | null;
  /** Goes into `additionalModelRequestFields`. */
  fields: JsonObject;
  /** Said in the system prompt, for what the configuration cannot say. */
  instructions: string[];
}

export interface ToolOptions {
  family: ModelFamily;
  /** What the model takes of forced choices in this request. */
  toolChoices: ModelFamily["toolChoices"];
  /** False asks for one call at a time. */
  parallel: boolean;
  /** The tool that stands for a structured answer, or null. */
  answerTool: ToolSpec | null;
  /** Whether the conversation has tool calls or results in it, and the names of those called. */
  history: { hasToolBlocks: boolean; called: readonly string[] };
}

/**
 * Converse has no choice `none`: then no tools are sent, unless the conversation has tool blocks,
 * for which it insists on a configuration. Those tools are sent with a word not to call them; so
 * are the bare names of the called ones when the request itself brings no tools.
 */
export function planTools({ tools, choice }: OfferedTools, options: ToolOptions): ToolPlan {
  const { answerTool, family, history } = options;
  const usable = choice.kind === "none" ? [] : tools;
  if (answerTool !== null) {
    const specs = [...toolSpecs(usable, family), answerTool];
    const forced: Choice =
      usable.length === 0 ? { kind: "tool", name: answerTool.toolSpec.name } : { kind: "any" };
    return withChoice(specs, forced, options);
  }
  if (usable.length > 0) {
    return withChoice(toolSpecs(usable, family), choice, options);
  }
  if (!history.hasToolBlocks) {
    return { toolConfig: null, fields: {}, instructions: [] };
  }
  const names = history.called.length === 0 ? ["unavailable"] : history.called;
  const known = tools.length > 0 ? toolSpecs(tools, family) : names.map(bareSpec);
  return { toolConfig: { tools: known }, fields: {}, instructions: [CALL_NONE] };
}

function withChoice(
  specs: (ToolSpec | CachePoint)[],
  choice: Choice,
  { family, toolChoices, parallel }: ToolOptions,
): ToolPlan {
  const met = meetChoice(specs, choice, toolChoices);
  const { toolChoice } = met;
  const instructions = met.instruction === null ? [] : [met.instruction];
  if (parallel || family.name !== "claude") {
    const config = toolChoice === null ? { tools: met.specs } : { tools: met.specs, toolChoice };
    return { toolConfig: config, fields: {}, instructions };
  }
  // Only Claude's own field can say this; with it, Converse's must stay away.
  const fields = { tool_choice: { ...claudeChoice(toolChoice), disable_parallel_tool_use: true } };
  return { toolConfig: { tools: met.specs }, fields, instructions };
}

/** The choice as far as the model takes it, and the rest of it in words. */
function meetChoice(
  specs: (ToolSpec | CachePoint)[],
  choice: Choice,
  takes: ToolOptions["toolChoices"],
): { specs: (ToolSpec | CachePoint)[]; toolChoice: ToolChoice | null; instruction: string | null } {
  if (choice.kind === "auto" || choice.kind === "none") {
    return { specs, toolChoice: null, instruction: null };
  }
  if (choice.kind === "any") {
    const instruction = takes.any ? null : "Call at least one tool before you answer in text.";
    return { specs, toolChoice: takes.any ? { any: {} } : null, instruction };
  }
  const { name } = choice;
  if (takes.tool) {
    return { specs, toolChoice: { tool: { name } }, instruction: null };
  }
  // A list of one leaves no other tool to call.
  const only = specs.filter((spec) => "toolSpec" in spec && spec.toolSpec.name === name);
  return takes.any
    ? { specs: only, toolChoice: { any: {} }, instruction: null }
    : { specs: only, toolChoice: null, instruction: `Call the tool ${name} now.` };
}

function claudeChoice(choice: ToolChoice | null): JsonObject {
  if (choice === null || "auto" in choice) {
    return { type: "auto" };
  }
  return "any" in choice ? { type: "any" } : { type: "tool", name: choice.tool.name };
}

function toolSpecs(tools: readonly ChatTool[], family: ModelFamily): (ToolSpec | CachePoint)[] {
  return tools.flatMap((tool) => {
    const point = cachePointOf(tool, "tools", family);
    return point === null ? [toolSpec(tool, family)] : [toolSpec(tool, family), point];
  });
}

function toolSpec(tool: ChatTool, family: ModelFamily): ToolSpec {
  const { description, parameters, strict } = tool.function ?? {};
  const schema = parameters ?? {};
  // The root must say that it is an object, which many callers leave out.
  const json = schema.type === "object" ? schema : { properties: {}, ...schema, type: "object" };
  const enforce = strict === true && family.strictTools && isConstrainable(json);
  return {
    toolSpec: {
      name: nameOf(tool),
      ...(description?.trim() ? { description } : {}),
      ...(enforce ? { strict: true as const } : {}),
      inputSchema: { json },
    },
  };
}

function bareSpec(name: string): ToolSpec {
  const description = "No longer available.";
  const json = { type: "object", properties: {} };
  return { toolSpec: { name, description, inputSchema: { json } } };
}
