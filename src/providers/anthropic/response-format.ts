// The form that the client wants the answer in, and how Claude can be brought to it.
import type { ChatRequest } from "../../base/chat.ts";
import { isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { sanitizeSchema } from "./json-schema.ts";
import { fitsNativeSchema } from "./schema-fit.ts";
import type { Tool } from "./wire.ts";

export interface AnswerForm {
  /** For `output_config.format`. */
  nativeSchema: JsonObject | null;
  /** Takes the answer as its input, which becomes the answer's text. */
  tool: Tool | null;
  /** Goes to the end of the system prompt. */
  instruction: string | null;
}

/** There is no JSON mode without a schema: the model is asked for it. */
const JSON_INSTRUCTION =
  "Respond with one valid JSON object and with nothing else: no introduction, no code fence.";

/** For schemas that fit neither structured output nor a tool, whose input is always an object. */
const SCHEMA_INSTRUCTION =
  "Respond with nothing but JSON, without a code fence, that fits this JSON schema:";

const PLAIN: AnswerForm = { nativeSchema: null, tool: null, instruction: null };

const TOOL_NAME = "json";

/**
 * Plans the answer's form. A schema is held natively where the model and the platform can and the
 * schema fits. Else a tool takes the answer, which the model is forced to call, or asked to where it
 * cannot be forced. What is left is an instruction: `json_object`, `json_schema` without a schema,
 * and a schema of something else than an object, which no tool takes.
 */
export function answerForm(
  request: ChatRequest,
  model: { nativeJson: boolean; forcedTools: boolean },
): AnswerForm {
  const format = request.response_format;
  if (format?.type !== "json_object" && format?.type !== "json_schema") {
    return PLAIN;
  }
  const schema = format.json_schema?.schema;
  if (!isObject(schema)) {
    return { ...PLAIN, instruction: JSON_INSTRUCTION };
  }
  if (model.nativeJson && fitsNativeSchema(schema)) {
    return { ...PLAIN, nativeSchema: sanitizeSchema(schema) };
  }
  if ((schema.type ?? "object") !== "object") {
    return { ...PLAIN, instruction: `${SCHEMA_INSTRUCTION}\n${JSON.stringify(schema)}` };
  }
  const name = freeName(request);
  const tool: Tool = {
    name,
    description:
      nonEmptyString(format.json_schema?.description) ?? "Give the final answer as JSON.",
    input_schema: { ...schema, type: "object" },
  };
  const instruction = `Give your final answer only by calling the tool "${name}".`;
  return { nativeSchema: null, tool, instruction: model.forcedTools ? null : instruction };
}

/** A name that none of the client's tools has. */
function freeName(request: ChatRequest): string {
  const taken = new Set(request.tools?.map((tool) => tool.function?.name));
  let name = TOOL_NAME;
  for (let count = 2; taken.has(name); count++) {
    name = `${TOOL_NAME}_${count}`;
  }
  return name;
}
