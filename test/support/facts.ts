// What a test's model can do, where the test does not care: everything.

export const CAPABILITIES = {
  tools: true,
  structuredOutput: true,
  jsonMode: true,
  vision: true,
  audioInput: true,
  audioOutput: true,
  files: true,
  reasoning: true,
};

export const FACTS = {
  contextWindow: 128_000,
  maxOutputTokens: 16_384,
  imageTokensMax: 1_000,
  capabilities: CAPABILITIES,
};
