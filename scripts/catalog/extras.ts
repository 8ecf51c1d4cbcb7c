// Models still served that pi-ai's table lacks, by hand.

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
