// The request's plain parameters: refused, carried over by the model's rules, or named as ignored.
import type { ChatRequest } from "../../base/chat.ts";
import { CARRIED_FIELDS, OLD_TOOL_FIELDS } from "../shared/chat-fields.ts";
import { ignoredWords, lostFields } from "../shared/ignored.ts";
import { isGiven } from "../shared/json.ts";
import type { ModelRules } from "./platform.ts";

/** Above it Claude refuses a temperature that OpenAI takes. */
const MAX_TEMPERATURE = 1;

/** What would have to be answered in a form that the model cannot give. */
export const REFUSED_FIELDS = [
  "n",
  "logprobs",
  "top_logprobs",
  "audio",
  "modalities",
  "web_search_options",
] as const;

/** {@link leftOut} says how much of what is carried over the model's rules did not let through. */
const SERVED: ReadonlySet<string> = new Set([
  ...CARRIED_FIELDS,
  ...OLD_TOOL_FIELDS,
  ...REFUSED_FIELDS,
  "top_k",
]);

export interface Sampling {
  temperature?: number;
  top_p?: number;
  top_k?: number;
}

/**
 * `temperature`, at most 1, or else `top_p`: Claude refuses both together. None of them where the
 * model takes none, or while it thinks, when Claude refuses them.
 */
export function samplingOf(
  request: ChatRequest,
  { sampling, oneSampling, topK: takesTopK }: ModelRules,
  thinks: boolean,
): Sampling {
  const { temperature, top_p: topP, top_k: topK } = request;
  if (!sampling || thinks) {
    return {};
  }
  const hasTemperature = typeof temperature === "number";
  const takesTopP = typeof topP === "number" && !(oneSampling && hasTemperature);
  return {
    ...(hasTemperature && { temperature: Math.min(temperature, MAX_TEMPERATURE) }),
    ...(takesTopP && { top_p: topP }),
    ...(takesTopK && isCount(topK) && { top_k: topK }),
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value > 0;

/** The stop sequences; blank ones, which Claude refuses, are left out. */
export function stopOf(request: ChatRequest, { stopSequences }: ModelRules): string[] {
  const given = stopsIn(request);
  return stopSequences ? given.filter((sequence) => sequence.trim() !== "") : [];
}

const stopsIn = ({ stop }: ChatRequest): readonly string[] => [stop ?? []].flat();

/**
 * The fields of the request that are left out or lowered although they would tune the answer.
 * @param lost whether the plan lost a field, by the field's name
 * @param serves what the platform has besides
 */
export function leftOut(
  request: ChatRequest,
  { sampling, stop }: { sampling: Sampling; stop: readonly string[] },
  lost: Readonly<Record<string, boolean>>,
  serves: (field: string) => boolean,
): string[] {
  const { temperature, top_p, top_k } = request;
  const all = {
    temperature: temperature !== sampling.temperature,
    top_p: top_p !== sampling.top_p,
    top_k: isGiven(top_k) && !serves("top_k") && top_k !== sampling.top_k,
    stop: stop.length < stopsIn(request).length,
    ...lost,
  };
  return [
    ...lostFields(request, (field) => SERVED.has(field) || serves(field)),
    ...ignoredWords(request.messages, "image_url.detail", "messages.name"),
    ...Object.entries(all).flatMap(([field, isLost]) => (isLost ? [field] : [])),
  ];
}
