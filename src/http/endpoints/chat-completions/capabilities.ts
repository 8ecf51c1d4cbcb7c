// Refuses, before any deposit, what the model cannot do.
import { byName } from "../../../base/by-name.ts";
import type { ChatRequest } from "../../../base/chat.ts";
import { type ApiError, invalidRequest } from "../../../base/errors.ts";
import type { Capabilities } from "../../../base/model.ts";
import type { Deployment } from "../../../catalog/types.ts";

interface Need {
  capability: keyof Capabilities;
  /** As it stands in the message: "does not support …". */
  what: string;
  param: string;
}

/** Content parts that need a capability, by their type. */
const PART_NEEDS = byName<Omit<Need, "param">>({
  image_url: { capability: "vision", what: "image input" },
  video_url: { capability: "vision", what: "video input" },
  input_audio: { capability: "audioInput", what: "audio input" },
  file: { capability: "files", what: "file input" },
});

/**
 * Throws a 400 that names feature and field when the request needs something that the model lacks.
 * @throws ApiError 400, code `unsupported_parameter`.
 */
export function checkCapabilities(request: ChatRequest, deployment: Deployment): void {
  const { capabilities } = deployment.facts;
  for (const need of fieldNeeds(request)) {
    if (!capabilities[need.capability]) throw unsupported(request.model, need);
  }
  const { messages } = request;
  for (let index = 0; index < messages.length; index++) {
    const content = messages[index]?.content;
    if (!Array.isArray(content)) continue;
    for (const [position, part] of content.entries()) {
      const need = PART_NEEDS[part.type];
      if (need === undefined || capabilities[need.capability]) continue;
      const param = `messages[${index}].content[${position}]`;
      throw unsupported(request.model, { ...need, param });
    }
  }
}

/** Tiers that cost what the catalogue says; Groq's name for it is `on_demand`. */
const USUAL_TIERS = new Set<unknown>([undefined, "auto", "default", "standard", "on_demand"]);

/**
 * Throws a 400 for features that providers bill beyond the tokens, or at another rate, since their price is not known.
 * @throws ApiError 400, code `unsupported_parameter`.
 */
export function checkPriced(request: ChatRequest): void {
  const unpriced = (param: string): ApiError =>
    invalidRequest(
      `'${param}' has a price of its own at the provider, which this server does not know.`,
      param,
      "unsupported_parameter",
    );
  if (request.web_search_options !== undefined) throw unpriced("web_search_options");
  if (!USUAL_TIERS.has(request.service_tier)) throw unpriced("service_tier");
}

/** What the fields beside the messages need. */
function fieldNeeds(request: ChatRequest): readonly Need[] {
  const needs: Need[] = [];
  if (isFilled(request.tools)) needs.push({ capability: "tools", what: "tools", param: "tools" });
  if (isFilled(request.functions)) {
    needs.push({ capability: "tools", what: "tools", param: "functions" });
  }
  const format = request.response_format?.type;
  const param = "response_format";
  if (format === "json_schema") {
    needs.push({ capability: "structuredOutput", what: "structured output (json_schema)", param });
  }
  if (format === "json_object") needs.push({ capability: "jsonMode", what: "JSON mode", param });
  if (request.modalities?.includes("audio") === true) {
    needs.push({ capability: "audioOutput", what: "audio output", param: "modalities" });
  }
  if (request.reasoning_effort !== undefined && request.reasoning_effort !== "none") {
    const what = "reasoning_effort";
    needs.push({ capability: "reasoning", what, param: what });
  }
  return needs;
}

const isFilled = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

function unsupported(model: string, need: Need): ApiError {
  return invalidRequest(
    `The model '${model}' does not support ${need.what}.`,
    need.param,
    "unsupported_parameter",
  );
}
