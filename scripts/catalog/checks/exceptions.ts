// Contradictions that are known to be none, each with its reason. One that nothing needs is an error.

export interface Exception {
  check: string;
  provider: string;
  id: RegExp;
  reason: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    check: "window",
    provider: "openrouter",
    id: /^anthropic\/claude-sonnet-4\.5$/,
    reason: "OpenRouter sends the beta header for 1,000,000, which this server does not",
  },
  {
    check: "tiers",
    provider: "openrouter",
    id: /^anthropic\/claude-sonnet-4\.5$/,
    reason: "its window of 1,000,000 has a price above 200,000, as Anthropic's beta has",
  },
  {
    check: "tiers",
    provider: "bedrock",
    id: /^(?:global\.|us\.)?xai\.grok-4\.[367]$/,
    reason: "AWS charges one price for any prompt of Grok's",
  },
  {
    check: "below-cache-read",
    provider: "openrouter",
    id: /^openai\/gpt-oss-20b$/,
    reason: "open weights: its cheapest hosts sell it below Groq's cache reads",
  },
  {
    check: "tenfold",
    provider: "openrouter",
    id: /^meta-llama\/llama-3\.1-8b-instruct$/,
    reason: "open weights, two years old: Bedrock has kept its first price",
  },
  ...["openai", "azure", "openrouter"].map((provider) => ({
    check: "dated",
    provider,
    id: /gpt-4o-2024-05-13$/,
    reason: "the first gpt-4o, which has kept its price; gpt-4o is a later snapshot",
  })),
];
