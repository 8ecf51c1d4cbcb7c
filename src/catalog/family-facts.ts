// What to take a new model of a known family for, when the operator prices it before the catalogue knows it.
import type { ModelFacts } from "../base/model.ts";
import { modelIdentity } from "./identity.ts";

interface Family {
  maker: string;
  facts: ModelFacts;
}

/** The newest generation's limits: the next one has been at least as large each time. */
const FAMILIES: readonly Family[] = [
  {
    maker: "anthropic",
    facts: {
      contextWindow: 1_000_000,
      maxOutputTokens: 128_000,
      imageTokensMax: 4_784,
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
    maker: "google",
    facts: {
      contextWindow: 1_048_576,
      maxOutputTokens: 65_536,
      imageTokensMax: 4_128,
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
  const { maker } = modelIdentity(modelId);
  return FAMILIES.find((family) => family.maker === maker)?.facts ?? null;
}
