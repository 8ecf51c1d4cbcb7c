// The request's plain parameters: refused, carried over, or named as ignored.
import type { ChatRequest } from "../../base/chat.ts";
import { exactInteger } from "../../base/exact-json.ts";
import { CARRIED_FIELDS, OLD_TOOL_FIELDS } from "../shared/chat-fields.ts";
import { ignoredWords, lostFields } from "../shared/ignored.ts";
import type { GeminiApi } from "./api.ts";
import type { ModelTraits } from "./traits.ts";
import type { GenerationConfig } from "./wire.ts";

/** What Gemini takes; it refuses more without saying which field is at fault. */
const MAX_STOP_SEQUENCES = 5;

const SERVICE_TIERS = new Set(["flex", "standard", "priority"]);

const PENALTIES: ReadonlySet<string> = new Set(["presence_penalty", "frequency_penalty"]);

/** What would have to be answered in a form that Gemini cannot give. */
export const REFUSED_FIELDS = ["modalities", "audio", "web_search_options"] as const;

/** Fields that Gemini has in a form of its own, and those that are refused. */
const SERVED: ReadonlySet<string> = new Set([
  ...CARRIED_FIELDS,
  ...OLD_TOOL_FIELDS,
  ...REFUSED_FIELDS,
  "logprobs",
  "n",
  "seed",
  "top_logprobs",
]);

export interface Parameters {
  config: GenerationConfig;
  serviceTier: { serviceTier?: string };
  /** Fields that ask for something and that this model and place have no counterpart for. */
  ignored: string[];
}

/**
 * Maps what has an equal.
 * @param maxOutputTokens the limit on all output, thoughts included; null sends none
 */
export function buildParameters(
  request: ChatRequest,
  maxOutputTokens: number | null,
  traits: ModelTraits,
  api: GeminiApi,
): Parameters {
  const penalties = traits.penalties || api.penaltiesOn25;
  const stop = stopSequences(request.stop);
  const tier = String(request.service_tier);
  const takesTier = api.serviceTier && SERVICE_TIERS.has(tier);
  const config = defined({
    maxOutputTokens: maxOutputTokens ?? undefined,
    temperature: request.temperature,
    topP: request.top_p,
    topK: number(request.top_k),
    stopSequences: stop.length === 0 ? undefined : stop.slice(0, MAX_STOP_SEQUENCES),
    seed: seed(request.seed),
    candidateCount: request.n === 1 ? undefined : request.n,
    presencePenalty: penalties ? number(request.presence_penalty) : undefined,
    frequencyPenalty: penalties ? number(request.frequency_penalty) : undefined,
    ...logprobs(request),
  });
  const serves = (field: string) =>
    SERVED.has(field) ||
    (penalties && PENALTIES.has(field)) ||
    (field === "top_k" && typeof request.top_k === "number") ||
    (takesTier && field === "service_tier");
  const ignored = [
    ...lostFields(request, serves),
    ...(stop.length > MAX_STOP_SEQUENCES ? ["stop"] : []),
    ...ignoredWords(request.messages, "image_url.detail", "file.filename", "messages.name"),
  ];
  return { config, serviceTier: takesTier ? { serviceTier: tier } : {}, ignored };
}

function stopSequences(stop: ChatRequest["stop"]): string[] {
  return (typeof stop === "string" ? [stop] : (stop ?? [])).filter((text) => text !== "");
}

/** Gemini's seed has 32 bits: a longer one is folded, so that equal seeds stay equal. */
function seed(value: unknown): number | undefined {
  const long = exactInteger(value);
  if (long !== null) return Number(BigInt.asIntN(32, long));
  return typeof value === "number"
    ? Number(BigInt.asIntN(32, BigInt(Math.trunc(value))))
    : undefined;
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

type Optional<T> = { [Key in keyof T]?: T[Key] | undefined };

/** The object without the fields that are undefined. */
function defined(config: Optional<GenerationConfig>): GenerationConfig {
  const entries = Object.entries(config).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}
