// The request's plain parameters: refused, carried over by the model's rules, or named as ignored.
import type { ChatRequest } from "../../base/chat.ts";
import { ignoredDetail, ignoredFields, ignoredNames } from "../shared/ignored.ts";
import { isGiven } from "../shared/json.ts";
import type { ModelRules } from "./platform.ts";

/** Fields that only tune an answer, for which neither Anthropic nor Converse has a counterpart. */
const TUNING_FIELDS = [
  "frequency_penalty",
  "presence_penalty",
  "logit_bias",
  "seed",
  "prediction",
  "verbosity",
] as const;

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
  "moderation",
] as const;

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

/** What was carried over, for the list of what was not. */
export interface CarriedOver {
  sampling: Sampling;
  stop: readonly string[];
  reasoningIgnored: boolean;
  formIgnored: boolean;
  strictIgnored: boolean;
  single: boolean;
}

/** The fields of the request that are left out although they would tune the answer. */
export function leftOut(request: ChatRequest, carried: CarriedOver): string[] {
  const { sampling, stop } = carried;
  const others: readonly [string, boolean][] = [
    ["temperature", isGiven(request.temperature) && sampling.temperature === undefined],
    ["top_p", isGiven(request.top_p) && sampling.top_p === undefined],
    ["top_k", isGiven(request.top_k) && sampling.top_k === undefined],
    ["stop", stop.length < stopsIn(request).length],
    ["reasoning_effort", carried.reasoningIgnored],
    ["response_format", carried.formIgnored],
    ["tools.strict", carried.strictIgnored],
    ["parallel_tool_calls", request.parallel_tool_calls === false && !carried.single],
  ];
  return [
    ...ignoredFields(request, TUNING_FIELDS),
    ...ignoredDetail(request.messages),
    ...ignoredNames(request.messages),
    ...others.flatMap(([field, ignored]) => (ignored ? [field] : [])),
  ];
}
