// The form that the client wants the answer in, and how Gemini is brought to it.
import type { ChatRequest } from "../../base/chat.ts";
import { describedSchema } from "../shared/answer-schema.ts";
import { isObject } from "../shared/json.ts";
import type { OfferedTools } from "../shared/tool-choice.ts";
import { sanitizeSchema } from "./schema.ts";
import type { ModelTraits } from "./traits.ts";
import type { GenerationConfig } from "./wire.ts";

export interface AnswerForm {
  config: Pick<GenerationConfig, "responseMimeType" | "responseJsonSchema">;
  /** For the end of the system instruction. */
  instruction: string | null;
  /** The form could not be asked for. */
  ignored: boolean;
  /** It was to be held strictly, and is only asked for. */
  unheld: boolean;
}

const PLAIN: AnswerForm = { config: {}, instruction: null, ignored: false, unheld: false };

const JSON_INSTRUCTION = "Unless you call a tool, respond with JSON and with nothing else";

/**
 * Plans the answer's form. Beside tools, models before Gemini 3 take no form, so that they are told
 * in words; a choice that forces a call wins over the form on all of them, since a call is no text.
 * Tools that may not be called are left out beside a form (see {@link dropsTools}).
 */
export function answerForm(
  { response_format: format }: ChatRequest,
  { all, choice }: OfferedTools,
  { jsonWithTools }: ModelTraits,
): AnswerForm {
  if (format?.type !== "json_object" && format?.type !== "json_schema") {
    return PLAIN;
  }
  if (choice.kind === "required" || choice.kind === "tool") {
    return { ...PLAIN, ignored: true };
  }
  const given = format.json_schema?.schema;
  const schema = isObject(given) ? describedSchema(given, { response_format: format }) : null;
  if (all.length > 0 && choice.kind === "auto" && !jsonWithTools) {
    const fitting =
      schema === null ? "." : ` that fits this JSON schema:\n${JSON.stringify(schema)}`;
    const unheld = format.json_schema?.strict === true;
    return { ...PLAIN, instruction: `${JSON_INSTRUCTION}${fitting}`, unheld };
  }
  const responseJsonSchema = schema === null ? {} : { responseJsonSchema: sanitizeSchema(schema) };
  return { ...PLAIN, config: { responseMimeType: "application/json", ...responseJsonSchema } };
}

/** Whether the tools go, as the model may not call them and takes none beside a form. */
export function dropsTools({ config }: AnswerForm, { choice }: OfferedTools): boolean {
  return config.responseMimeType !== undefined && choice.kind === "none";
}
