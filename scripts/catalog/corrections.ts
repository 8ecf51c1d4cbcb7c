// What the two sources lack or get wrong, by hand, each with its reason.

/** Our provider id, and the names of the same provider in the two sources. */
export interface SourceNames {
  provider: string;
  genai: string;
  pi: string;
}

/** The providers of the catalogue, in the order of the data file. */
export const PROVIDERS: SourceNames[] = [
  { provider: "openai", genai: "openai", pi: "openai" },
  { provider: "anthropic", genai: "anthropic", pi: "anthropic" },
  { provider: "google", genai: "google", pi: "google" },
  { provider: "mistral", genai: "mistral", pi: "mistral" },
  { provider: "deepseek", genai: "deepseek", pi: "deepseek" },
  { provider: "xai", genai: "x-ai", pi: "xai" },
  { provider: "groq", genai: "groq", pi: "groq" },
  { provider: "cerebras", genai: "cerebras", pi: "cerebras" },
  { provider: "together", genai: "together", pi: "together" },
  { provider: "fireworks", genai: "fireworks", pi: "fireworks" },
  { provider: "openrouter", genai: "openrouter", pi: "openrouter" },
  { provider: "azure", genai: "azure", pi: "azure" },
  { provider: "moonshot", genai: "moonshotai", pi: "moonshotai" },
  { provider: "bedrock", genai: "aws", pi: "amazon-bedrock" },
  { provider: "vertex", genai: "google", pi: "google-vertex" },
];

/** A model that only genai-prices knows: what the price list does not say about it. */
export interface Extra {
  id: string;
  contextWindow: number;
  maxOutputTokens: number;
  reasoning?: boolean;
  vision?: boolean;
  aliases?: string[];
}

/**
 * Models still served that pi-ai's table lacks, mostly because it lists tool-calling agents' models
 * only.
 */
export const EXTRAS: Record<string, Extra[]> = {
  vertex: [
    "claude-fable-5",
    "claude-fable-5-1",
    "claude-opus-4-6",
    "claude-opus-4-7",
    "claude-opus-4-8",
    "claude-opus-5",
    "claude-opus-5-5",
    "claude-sonnet-4-6",
  ].map((id) => ({
    id,
    contextWindow: 1_000_000,
    maxOutputTokens: 128_000,
    reasoning: true,
    vision: true,
  })),
  openai: [
    { id: "gpt-3.5-turbo", contextWindow: 16_385, maxOutputTokens: 4_096 },
    { id: "gpt-audio", contextWindow: 128_000, maxOutputTokens: 16_384 },
    { id: "gpt-audio-mini", contextWindow: 128_000, maxOutputTokens: 16_384 },
  ],
  anthropic: [
    {
      id: "claude-opus-4-1",
      contextWindow: 200_000,
      maxOutputTokens: 32_000,
      reasoning: true,
      vision: true,
      // genai-prices matches it by prefix only, and prefixes are not used.
      aliases: ["claude-opus-4-1-20250805"],
    },
  ],
  deepseek: [
    {
      id: "deepseek-v4-flash",
      contextWindow: 1_000_000,
      maxOutputTokens: 384_000,
      reasoning: true,
    },
  ],
  cerebras: [
    { id: "llama3.1-8b", contextWindow: 32_768, maxOutputTokens: 8_192 },
    { id: "zai-glm-4.7", contextWindow: 131_072, maxOutputTokens: 40_960, reasoning: true },
  ],
  together: [
    {
      id: "meta-llama/Llama-3.3-70B-Instruct-Turbo",
      contextWindow: 131_072,
      maxOutputTokens: 131_072,
    },
  ],
  fireworks: [
    {
      id: "accounts/fireworks/models/gpt-oss-120b",
      contextWindow: 131_072,
      maxOutputTokens: 131_072,
      reasoning: true,
    },
    {
      id: "accounts/fireworks/models/gpt-oss-20b",
      contextWindow: 131_072,
      maxOutputTokens: 131_072,
      reasoning: true,
    },
  ],
};

interface Exclusion {
  provider?: string;
  id: RegExp;
  reason: string;
}

const EXCLUSIONS: Exclusion[] = [
  {
    // `gpt-5.6-sol-pro` and its kind at OpenRouter are not OpenAI's Responses-only models.
    provider: "openai",
    id: /(^|-)codex|^(o1|o3|gpt-5(\.\d)?)-pro\b|deep-research|computer-use/,
    reason: "served by the Responses API only",
  },
  {
    provider: "azure",
    id: /(^|-)codex|^(o1|o3|gpt-5(\.\d)?)-pro\b|deep-research|computer-use/,
    reason: "served by the Responses API only",
  },
  { provider: "google", id: /^deep-research/, reason: "served by the Interactions API only" },
  { provider: "google", id: /computer-use/, reason: "answers only with the computer-use tool" },
  { provider: "openrouter", id: /:batch$/, reason: "a price of the batch API, not of chat" },
  { provider: "openrouter", id: /^~/, reason: "moves to other models, and with them its price" },
  {
    provider: "openrouter",
    id: /^(auto|openrouter\/.*)$|-router$/,
    reason: "a router: each answer has the price of another model",
  },
  { provider: "openrouter", id: /-image(-|$)|nano-banana/, reason: "answers with images" },
  { provider: "openrouter", id: /deep-research|^perplexity\//, reason: "bills searches apart" },
];

/** Why a model is left out, or null when it is not. */
export function exclusionOf(provider: string, id: string): string | null {
  const found = EXCLUSIONS.find(
    (rule) => (rule.provider === undefined || rule.provider === provider) && rule.id.test(id),
  );
  return found?.reason ?? null;
}
