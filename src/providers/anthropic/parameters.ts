// The request's plain parameters: refused, dropped, or carried over by the model's rules.
import type { ChatRequest } from "../../base/chat.ts";
import { type ApiError, invalidRequest } from "../../base/errors.ts";
import { nonEmptyString } from "../shared/json.ts";
import type { ModelTraits } from "./model-matrix.ts";
import type { MessagesBody } from "./wire.ts";

/**
 * Fields of OpenAI's that Anthropic has no counterpart for and whose loss changes no answer's form:
 * they are left out without a word, so that a client that sets them for all its models works.
 * `prompt_cache_*` are here because caching is asked for by marks (see cache-marks.ts). Listed for
 * the reader and held by a test: nothing passes that request.ts does not name.
 */
export const DROPPED_FIELDS = [
  "frequency_penalty",
  "presence_penalty",
  "logit_bias",
  "seed",
  "prediction",
  "verbosity",
  "metadata",
  "store",
  "stream_options",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
] as const;

/** Anthropic's own bound on `metadata.user_id`; a longer one is left out. */
const MAX_USER_ID_CHARS = 256;

/** Above it Anthropic refuses a temperature that OpenAI takes. */
const MAX_TEMPERATURE = 1;

/**
 * Refuses what would have to be answered in a form that Anthropic cannot give.
 * @throws ApiError 400 with the field in `param`
 */
export function refuseUnsupported(request: ChatRequest): void {
  const refused: readonly [string, boolean][] = [
    ["n", (request.n ?? 1) > 1],
    ["logprobs", request.logprobs === true],
    ["top_logprobs", typeof request.top_logprobs === "number" && request.top_logprobs > 0],
    ["audio", isSet(request.audio)],
    ["modalities", request.modalities?.some((modality) => modality !== "text") === true],
    ["web_search_options", isSet(request.web_search_options)],
    ["moderation", isSet(request.moderation)],
    ["functions", Array.isArray(request.functions) && request.functions.length > 0],
    ["function_call", isSet(request.function_call) && request.function_call !== "none"],
  ];
  const found = refused.find(([, set]) => set);
  if (found !== undefined) {
    throw unsupported(found[0]);
  }
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

function unsupported(field: string): ApiError {
  const instead = field.startsWith("function") ? " Use 'tools' and 'tool_choice'." : "";
  return invalidRequest(
    `This model does not support '${field}'.${instead}`,
    field,
    "unsupported_parameter",
  );
}

/**
 * `temperature`, at most 1, or else `top_p`: newer models refuse both together. Neither where the
 * model takes none, or while it thinks, when Anthropic refuses them.
 */
export function samplingOf(
  request: ChatRequest,
  traits: ModelTraits,
  thinks: boolean,
): Pick<MessagesBody, "temperature" | "top_p"> {
  if (!traits.sampling || thinks) {
    return {};
  }
  if (typeof request.temperature === "number") {
    return { temperature: Math.min(request.temperature, MAX_TEMPERATURE) };
  }
  return typeof request.top_p === "number" ? { top_p: request.top_p } : {};
}

/** The stop sequences; blank ones, which Anthropic refuses, are left out. */
export function stopOf(request: ChatRequest): Pick<MessagesBody, "stop_sequences"> {
  const given = typeof request.stop === "string" ? [request.stop] : (request.stop ?? []);
  const sequences = given.filter((sequence) => sequence.trim() !== "");
  return sequences.length === 0 ? {} : { stop_sequences: sequences };
}

/** The end user's identifier, by its new name before its old one. */
export function userOf(request: ChatRequest): Pick<MessagesBody, "metadata"> {
  const id = nonEmptyString(request.safety_identifier) ?? nonEmptyString(request.user);
  return id === null || id.length > MAX_USER_ID_CHARS ? {} : { metadata: { user_id: id } };
}

/** Priority capacity is used only where the client leaves the choice to the provider. */
export function tierOf(request: ChatRequest): Pick<MessagesBody, "service_tier"> {
  const tier = nonEmptyString(request.service_tier);
  if (tier === null) {
    return {};
  }
  return { service_tier: tier === "auto" || tier === "priority" ? "auto" : "standard_only" };
}
