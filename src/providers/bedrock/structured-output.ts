// `response_format` in the three ways that Bedrock's models have for it.
import type { ChatResponseFormat } from "../../base/chat.ts";
import type { JsonObject } from "../shared/json.ts";
import type { ModelFamily } from "./model-family.ts";
import { isConstrainable } from "./schema-subset.ts";
import type { TextFormat, ToolSpec } from "./wire.ts";

/** The tool that stands for the answer; its input is the answer's text. */
const TOOL_NAME = "structured_answer";

const JSON_ONLY =
  "Answer with one JSON object and nothing else: no text around it and no Markdown fences.";

export type JsonPlan =
  | { kind: "none" }
  /** The model is held to the schema. */
  | { kind: "native"; textFormat: TextFormat }
  /** The model must call a tool whose input has the schema. */
  | { kind: "tool"; tool: ToolSpec }
  /** The model is asked. */
  | { kind: "prompt"; instruction: string };

/**
 * Native where the model has it and takes the schema; else a tool that it is made to call; else
 * words. A schema's promise is only as strong as the way that is left.
 * @param canForce the model takes a tool choice that demands a call
 * @param taken the names of the caller's own tools
 */
export function planJson(
  format: ChatResponseFormat | undefined,
  family: ModelFamily,
  canForce: boolean,
  taken: readonly string[],
): JsonPlan {
  if (format === undefined || format.type === "text") {
    return { kind: "none" };
  }
  const schema = format.json_schema?.schema;
  if (format.json_schema === undefined || schema === undefined || schema === null) {
    return { kind: "prompt", instruction: JSON_ONLY };
  }
  const { name, description } = format.json_schema;
  const described = description ? { description } : {};
  if (family.nativeJson && isConstrainable(schema)) {
    const jsonSchema = { schema: JSON.stringify(schema), name, ...described };
    return { kind: "native", textFormat: { type: "json_schema", structure: { jsonSchema } } };
  }
  // A tool's input is always an object.
  if (canForce && schema.type === "object") {
    return { kind: "tool", tool: answerTool(schema, description ?? null, taken) };
  }
  return { kind: "prompt", instruction: `${JSON_ONLY} ${schemaText(name, schema)}` };
}

function answerTool(
  schema: JsonObject,
  description: string | null,
  taken: readonly string[],
): ToolSpec {
  let name = TOOL_NAME;
  for (let count = 2; taken.includes(name); count++) {
    name = `${TOOL_NAME}_${count}`;
  }
  const text = `Give the final answer by calling this tool. ${description ?? ""}`.trim();
  return { toolSpec: { name, description: text, inputSchema: { json: schema } } };
}

function schemaText(name: string, schema: JsonObject): string {
  return `It must match this JSON schema, named ${name}: ${JSON.stringify(schema)}`;
}
