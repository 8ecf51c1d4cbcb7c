// What the sources get wrong, by hand, each with its reason. One that changes nothing any more is an error.
import type { FileModel, FileRate } from "../../src/catalog/data.ts";
import { base, type FilePrice, type Part } from "./checks/contradiction.ts";

/** A change of the models that match. Rates are micro-dollars per million tokens. */
export interface Correction {
  provider: string;
  id: RegExp;
  reason: string;
  contextWindow?: number;
  maxOutputTokens?: number;
  /** Rates that take the place of the sources', or join them. */
  price?: { [P in Part]?: number };
  /** The price of long prompts: none, or where it begins and how many times the short prompts' it is. */
  tier?: null | { above: number; times: { [P in Part]?: number } };
}

const OPENAI_TIER = { above: 272_000, times: { input: 2, output: 1.5, cacheRead: 2 } };

const CORRECTIONS: readonly Correction[] = [
  {
    provider: "openai",
    id: /^gpt-6\.[12]-(?:sol|terra|astra)$/,
    contextWindow: 1_050_000,
    reason: "pi-ai keeps it where the price rises; Azure, Bedrock and OpenRouter take 1,050,000",
  },
  {
    provider: "openai",
    id: /^gpt-5\.5$/,
    contextWindow: 1_050_000,
    reason: "genai-prices rounds it; Azure and OpenRouter have the exact number",
  },
  {
    provider: "bedrock",
    id: /^openai\.gpt-5\.[45]$/,
    contextWindow: 1_050_000,
    tier: OPENAI_TIER,
    reason: "genai-prices rounds the window and lacks the price of long prompts",
  },
  {
    provider: "openrouter",
    id: /^openai\/gpt-4$/,
    contextWindow: 8_192,
    reason: "one token less than OpenAI serves",
  },
  {
    provider: "bedrock",
    id: /^us-gov\.openai\.gpt-oss-(?:120b|20b)-1:0$/,
    contextWindow: 131_072,
    reason: "rounded: it is the model of the other regions",
  },
  {
    provider: "bedrock",
    id: /^us\.writer\.palmyra-x4-v1:0$/,
    contextWindow: 128_000,
    reason: "the model of the single region, which has 128,000",
  },
  {
    provider: "anthropic",
    id: /^claude-sonnet-4-5$/,
    tier: null,
    reason: "prompts above 200,000 need a beta header that is never sent",
  },
  {
    provider: "vertex",
    id: /^claude-opus-4-6$/,
    tier: null,
    reason: "neither Anthropic nor Google charge long prompts of it apart any more",
  },
  {
    provider: "vertex",
    id: /^gemini-3\.1-pro-preview-customtools$/,
    tier: { above: 200_000, times: { input: 2, output: 1.5, cacheRead: 2 } },
    reason: "pi-ai lacks the price of long prompts, which gemini-3.1-pro-preview has",
  },
  {
    provider: "google",
    id: /^gemini-4-(?:argon|carbon)$/,
    maxOutputTokens: 65_536,
    reason: "Vertex serves the same model with 65,536",
  },
  {
    provider: "openrouter",
    id: /^google\/gemini-4-/,
    maxOutputTokens: 65_536,
    reason: "OpenRouter states nine tenths of the window where it knows no limit",
  },
  {
    provider: "openrouter",
    id: /^openai\/gpt-4\.1-nano$/,
    maxOutputTokens: 32_768,
    price: { cacheRead: 25_000 },
    reason:
      "OpenRouter states nine tenths of the window, and rounds the cache read; OpenAI's count",
  },
  {
    provider: "xai",
    id: /^grok-4\.3$/,
    maxOutputTokens: 1_000_000,
    reason: "xAI has no limit but the window; Bedrock and OpenRouter write far more than 30,000",
  },
  {
    provider: "google",
    id: /^gemini-3\.1-flash-lite-preview$/,
    price: { cacheReadAudio: 50_000, inputAudio: 500_000 },
    reason: "pi-ai has no audio prices; the model is gemini-3.1-flash-lite",
  },
  {
    provider: "openrouter",
    id: /^qwen\/qwen3\.8-27b$/,
    price: { input: 425_000, output: 2_550_000, cacheRead: 85_000 },
    reason: "pi-ai caught one host's offer of a day, a thirteenth of Groq's price",
  },
  {
    provider: "openrouter",
    id: /^moonshotai\/kimi-k3\.1-pro$/,
    price: { input: 2_000_000, output: 10_000_000, cacheRead: 200_000 },
    reason: "pi-ai mixes two hosts' offers, one input for 34 outputs; Moonshot's own price",
  },
];

/**
 * The models with all corrections made.
 * @throws Error naming a correction that matches nothing or changes nothing: the sources have caught up
 */
export function correct(models: readonly FileModel[]): FileModel[] {
  const used = new Set<Correction>();
  const result = models.map((model) => {
    const mine = CORRECTIONS.filter(
      ({ provider, id }) => provider === model.provider && id.test(model.id),
    );
    return mine.reduce((before, correction) => {
      const after = apply(before, correction);
      if (JSON.stringify(after) !== JSON.stringify(before)) {
        used.add(correction);
      }
      return after;
    }, model);
  });
  const idle = CORRECTIONS.filter((correction) => !used.has(correction));
  if (idle.length > 0) {
    const names = idle.map(({ provider, id }) => `${provider}/${id.source}`).join(", ");
    throw new Error(`corrections of nothing, to be removed: ${names}`);
  }
  return result;
}

function apply(model: FileModel, correction: Correction): FileModel {
  const { contextWindow = model.contextWindow, maxOutputTokens = model.maxOutputTokens } =
    correction;
  const prices = model.prices.map((period) => ({
    ...period,
    price: withTier({ ...period.price, ...correction.price }, correction.tier),
  }));
  return { ...model, contextWindow, maxOutputTokens, prices };
}

function withTier(price: FilePrice, tier: Correction["tier"]): FilePrice {
  if (tier === undefined) {
    return price;
  }
  const entries = Object.entries(price).map(([part, rate]): [string, FileRate] => {
    const short = base(rate) ?? 0;
    const microPerMtok = Math.round(short * (tier?.times[part as Part] ?? 1));
    return [
      part,
      tier === null ? short : { microPerMtok: short, tiers: [{ above: tier.above, microPerMtok }] },
    ];
  });
  // The parts are those of the price that came in.
  return { ...price, ...Object.fromEntries(entries) };
}
