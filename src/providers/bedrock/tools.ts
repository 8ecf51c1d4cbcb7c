// Planned tools as Converse's tool configuration.
import type { Tool } from "../claude/blocks.ts";
import { claudeChoice, type ToolPlan } from "../claude/tools.ts";
import type { JsonObject } from "../shared/json.ts";
import { cachePoint } from "./messages.ts";
import type { ToolConfig, ToolSpec } from "./wire.ts";

const CALL_NONE = "Do not call any tool now: answer in text.";

interface WrittenTools {
  toolConfig: ToolConfig | null;
  /** Goes into `additionalModelRequestFields`. */
  fields: JsonObject;
  /** Said in the system prompt, for what the configuration cannot say. */
  instruction: string | null;
}

/**
 * Converse has no choice `none`: then no tools are sent, unless the conversation has tool blocks,
 * for which it insists on a configuration. Those tools are sent with a word not to call them; so
 * are the bare names of the called ones when the request itself brings no tools.
 * @param called the names of the tools that the conversation calls
 */
export function writeTools(plan: ToolPlan, called: readonly string[]): WrittenTools {
  const { tools, choice, single } = plan;
  const specs = tools.flatMap((tool) => [toolSpec(tool), ...cachePoint(tool)]);
  if (tools.length === 0 || choice.kind === "none") {
    const known = specs.length > 0 ? specs : called.map(bareSpec);
    return called.length === 0
      ? { toolConfig: null, fields: {}, instruction: null }
      : { toolConfig: { tools: known }, fields: {}, instruction: CALL_NONE };
  }
  // Only Claude's own field can say that one call is wanted; with it, Converse's must stay away.
  return {
    toolConfig: { tools: specs, ...(!single && converseChoice(choice)) },
    fields: single ? { tool_choice: claudeChoice(choice, true) } : {},
    instruction: null,
  };
}

/** What the model does by itself is not said. */
function converseChoice(choice: ToolPlan["choice"]): Pick<ToolConfig, "toolChoice"> {
  if (choice.kind === "tool") {
    return { toolChoice: { tool: { name: choice.name } } };
  }
  return choice.kind === "required" ? { toolChoice: { any: {} } } : {};
}

function toolSpec({ name, description, strict, input_schema: json }: Tool): ToolSpec {
  return {
    toolSpec: {
      name,
      ...(description !== undefined && { description }),
      ...(strict === true && { strict }),
      inputSchema: { json },
    },
  };
}

function bareSpec(name: string): ToolSpec {
  const description = "No longer available.";
  const json = { type: "object", properties: {} };
  return { toolSpec: { name, description, inputSchema: { json } } };
}
