// The settings of a request (sampling, limits, form of the answer) as Gemini's generationConfig.
import type { ChatRequest } from "../../base/chat.ts";
import { type ApiError, invalidRequest } from "../../base/errors.ts";
import { sanitizeSchema } from "./json-schema.ts";
import type { ModelTraits } from "./model-matrix.ts";
import type { GeminiSurface } from "./surface.ts";
import { buildThinkingConfig } from "./thinking.ts";
import { forcesCall } from "./tools.ts";
import type { GenerationConfig } from "./wire.ts";

/** What Gemini takes; it refuses more without saying which field is at fault. */
export const MAX_STOP_SEQUENCES = 5;

/**
 * Maps what has an equal. Left out, as it only advises or concerns OpenAI's own bookkeeping:
 * `logit_bias`, `prediction`, `verbosity`, `store`, `metadata`, `user`, `safety_identifier`,
 * `prompt_cache_*`, `moderation`, and the penalties where the model's API refuses them.
 * @param maxOutputTokens the limit on all output, thoughts included; null sends none
 * @throws ApiError 400 for what cannot be had of this model
 */
export function buildGenerationConfig(
  request: ChatRequest,
  maxOutputTokens: number | null,
  traits: ModelTraits,
  surface: GeminiSurface,
): GenerationConfig {
  const penalties = traits.penalties || surface.penaltiesOn25;
  return defined({
    maxOutputTokens: maxOutputTokens ?? undefined,
    temperature: request.temperature,
    topP: request.top_p,
    stopSequences: stopSequences(request.stop),
    seed: seed(request.seed),
    candidateCount: request.n === 1 ? undefined : request.n,
    presencePenalty: penalties ? number(request.presence_penalty) : undefined,
    frequencyPenalty: penalties ? number(request.frequency_penalty) : undefined,
    ...logprobs(request),
    ...responseFormat(request, traits),
    thinkingConfig: buildThinkingConfig(request.reasoning_effort, traits, maxOutputTokens),
  });
}

function stopSequences(stop: ChatRequest["stop"]): string[] | undefined {
  const all = (typeof stop === "string" ? [stop] : (stop ?? [])).filter((text) => text !== "");
  if (all.length > MAX_STOP_SEQUENCES) {
    throw invalidRequest(
      `'stop' may have at most ${MAX_STOP_SEQUENCES} sequences for this model.`,
      "stop",
    );
  }
  return all.length === 0 ? undefined : all;
}

/** Gemini's seed has 32 bits: a longer one is folded, so that equal seeds stay equal. */
function seed(value: unknown): number | undefined {
  return typeof value === "number" ? value | 0 : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function logprobs(request: ChatRequest): Optional<GenerationConfig> {
  if (request.logprobs !== true) {
    return {};
  }
  const top = number(request.top_logprobs);
  return { responseLogprobs: true, logprobs: top === 0 ? undefined : top };
}

function responseFormat(request: ChatRequest, traits: ModelTraits): Optional<GenerationConfig> {
  const format = request.response_format;
  if (format === undefined || format.type === "text") {
    return {};
  }
  if ((request.tools?.length ?? 0) > 0) {
    if (!traits.jsonWithTools) {
      throw formatRefused(
        "Before Gemini 3, models do not take 'response_format' and tools together.",
      );
    }
    if (forcesCall(request)) {
      throw formatRefused(
        "Gemini takes 'response_format' with tools only if it may choose freely.",
      );
    }
  }
  const schema = format.json_schema?.schema;
  return {
    responseMimeType: "application/json",
    responseJsonSchema: schema ? sanitizeSchema(schema) : undefined,
  };
}

function formatRefused(message: string): ApiError {
  return invalidRequest(message, "response_format", "unsupported_parameter");
}

type Optional<T> = { [Key in keyof T]?: T[Key] | undefined };

/** The object without the fields that are undefined. */
function defined(config: Optional<GenerationConfig>): GenerationConfig {
  const entries = Object.entries(config).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}
