// The providers of the catalogue, and the models that are left out, each with its reason.

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
