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

/** Gemini's names of fields that are a number at either. */
const NUMBERS = {
  frequency_penalty: "frequencyPenalty",
  presence_penalty: "presencePenalty",
  temperature: "temperature",
  top_k: "topK",
  top_p: "topP",
} as const;

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
  const takesPenalties = traits.penalties || api.penaltiesOn25;
  const numbers = Object.entries(NUMBERS).filter(
    ([field]) =>
      typeof request[field] === "number" && (takesPenalties || !field.endsWith("_penalty")),
  );
  const { n = 1, service_tier: tier } = request;
  const takesTier = api.serviceTier && typeof tier === "string" && SERVICE_TIERS.has(tier);
  const stop = [request.stop ?? []].flat().filter((text) => text !== "");
  const config: GenerationConfig = {
    ...Object.fromEntries(numbers.map(([field, name]) => [name, request[field]])),
    ...(maxOutputTokens !== null && { maxOutputTokens }),
    ...(stop.length > 0 && { stopSequences: stop.slice(0, MAX_STOP_SEQUENCES) }),
    ...seedOf(request),
    ...(n > 1 && { candidateCount: n }),
    ...logprobsOf(request),
  };
  const carried = new Set([...numbers.map(([field]) => field), takesTier && "service_tier"]);
  const ignored = [
    ...lostFields(request, (field) => SERVED.has(field) || carried.has(field)),
    ...(stop.length > MAX_STOP_SEQUENCES ? ["stop"] : []),
    ...ignoredWords(request.messages, "image_url.detail", "file.filename", "messages.name"),
  ];
  return { config, serviceTier: takesTier ? { serviceTier: tier } : {}, ignored };
}

/** Gemini's seed has 32 bits: a longer one is folded, so that equal seeds stay equal. */
function seedOf({ seed: given }: ChatRequest): Pick<GenerationConfig, "seed"> {
  const whole = typeof given === "number" ? BigInt(Math.trunc(given)) : exactInteger(given);
  return whole === null ? {} : { seed: Number(BigInt.asIntN(32, whole)) };
}

function logprobsOf({ logprobs: wanted, top_logprobs: top }: ChatRequest): GenerationConfig {
  if (wanted !== true) {
    return {};
  }
  return { responseLogprobs: true, ...(typeof top === "number" && top > 0 && { logprobs: top }) };
}
