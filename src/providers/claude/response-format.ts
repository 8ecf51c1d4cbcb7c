// The form that the client wants the answer in, and how a model can be brought to it.
import type { ChatRequest } from "../../base/chat.ts";
import { describedSchema } from "../shared/answer-schema.ts";
import { isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import type { Tool } from "./blocks.ts";
import type { ModelRules } from "./platform.ts";
import { fitsNativeSchema } from "./schema-fit.ts";
import { objectRoot } from "./schema-root.ts";
import { sanitizeSchema } from "./schema-sanitize.ts";
import { freeToolName } from "./tools.ts";

export interface AnswerForm {
  /** For the model's own structured output. */
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

export const PLAIN_ANSWER: AnswerForm = { nativeSchema: null, tool: null, instruction: null };

/**
 * Plans the answer's form. A schema is held natively where the model and the platform can and the
 * schema fits. Else a tool takes the answer, which the model is forced to call, or asked to where it
 * cannot be forced. What is left is an instruction: `json_object`, `json_schema` without a schema,
 * and a schema of something else than an object, which no tool takes.
 */
export function answerForm(
  request: ChatRequest,
  rules: Pick<ModelRules, "nativeJson" | "answerTool" | "forcedTools">,
): AnswerForm {
  const format = request.response_format;
  if (format?.type !== "json_object" && format?.type !== "json_schema") {
    return PLAIN_ANSWER;
  }
  const given = format.json_schema?.schema;
  if (!isObject(given)) {
    return { ...PLAIN_ANSWER, instruction: JSON_INSTRUCTION };
  }
  const root = objectRoot(given);
  const isUnion = (given.anyOf ?? given.oneOf ?? given.allOf ?? given.$ref) !== undefined;
  const schema = root !== null && isUnion ? root : given;
  if (rules.nativeJson && (root !== null || !isUnion) && fitsNativeSchema(schema)) {
    return { ...PLAIN_ANSWER, nativeSchema: sanitizeSchema(schema) };
  }
  if (root === null || !rules.answerTool) {
    const text = JSON.stringify(describedSchema(given, request));
    return { ...PLAIN_ANSWER, instruction: `${SCHEMA_INSTRUCTION}\n${text}` };
  }
  const name = freeToolName(request, "json");
  const description =
    nonEmptyString(format.json_schema?.description) ?? "Give the final answer as JSON.";
  const instruction = `Give your final answer only by calling the tool "${name}".`;
  return {
    nativeSchema: null,
    tool: { name, description, input_schema: root },
    instruction: rules.forcedTools === "none" ? instruction : null,
  };
}
