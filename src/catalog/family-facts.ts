// What to take a new model of a known family for, when the operator prices it before the catalogue knows it.
import type { ModelFacts } from "../base/model.ts";

interface Family {
  name: RegExp;
  facts: ModelFacts;
}

/** The newest generation's limits: the next one has been at least as large each time. */
const FAMILIES: readonly Family[] = [
  {
    name: /(?:^|[./])claude-/,
    facts: {
      contextWindow: 1_000_000,
      maxOutputTokens: 128_000,
      imageTokensMax: 4_800,
      capabilities: {
        tools: true,
        structuredOutput: true,
        jsonMode: true,
        vision: true,
        audioInput: false,
        audioOutput: false,
        files: true,
        reasoning: true,
      },
    },
  },
  {
    name: /(?:^|[./])gemini-/,
    facts: {
      contextWindow: 1_048_576,
      maxOutputTokens: 65_536,
      imageTokensMax: 4_096,
      capabilities: {
        tools: true,
        structuredOutput: true,
        jsonMode: true,
        vision: true,
        audioInput: true,
        audioOutput: false,
        files: true,
        reasoning: true,
      },
    },
  },
];

/** The facts of the family that a model's name belongs to, or null. */
export function familyFacts(modelId: string): ModelFacts | null {
  return FAMILIES.find(({ name }) => name.test(modelId))?.facts ?? null;
}
