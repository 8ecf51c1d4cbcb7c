// Which rules a Bedrock model follows: Claude's own, or its maker's; Converse is one shape for all.
import { bedrockFeatures, claudeRules, type ModelRules } from "../claude/platform.ts";
import { type FitId, fitClaudeId, fitMistralId } from "../claude/tool-ids.ts";
import { isClaude } from "../claude/traits.ts";

export type FamilyName = "claude" | "nova" | "mistral" | "gpt-oss" | "openai" | "other";

export interface ModelFamily extends ModelRules {
  name: FamilyName;
  fitId: FitId;
  /** Images and documents may stand in the results of tools. */
  mediaResults: boolean;
}

/** A model of which nothing is known but that it is on Converse. */
const COMMON: ModelFamily = {
  name: "other",
  sampling: true,
  oneSampling: false,
  topK: false,
  stopSequences: true,
  thinking: "none",
  noThinking: "nothing",
  xhighEffort: false,
  forcedTools: "none",
  answerTool: false,
  nativeJson: false,
  systemTurns: false,
  hourCache: false,
  singleCalls: false,
  mediaUrls: false,
  cacheBreakpoints: "nowhere",
  fitId: fitClaudeId,
  mediaResults: false,
};

/**
 * Open-weight models whose answers Bedrock holds to a schema.
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
 */
const CONSTRAINED: readonly string[] = [
  "qwen.qwen3",
  "deepseek.v3",
  "google.gemma-3",
  "moonshot",
  "minimax",
  "nvidia.nemotron",
  "ministral-3",
  "magistral",
  "mistral-large-3",
  "voxtral",
];

/** Reads the family from an id, with or without a region; an ARN that names none is `other`. */
export function modelFamily(model: string): ModelFamily {
  if (isClaude(model)) {
    const rules = claudeRules(model, bedrockFeatures(model));
    return { ...COMMON, ...rules, name: "claude", mediaResults: true };
  }
  const nativeJson = CONSTRAINED.some((fragment) => model.includes(fragment));
  if (model.includes("amazon.nova")) {
    return {
      ...COMMON,
      name: "nova",
      // The first generation does not reason.
      thinking: model.includes("nova-2") ? "own" : "none",
      forcedTools: "named",
      answerTool: true,
      cacheBreakpoints: "messages",
      mediaResults: true,
    };
  }
  if (model.includes("mistral.")) {
    const answerTool = model.includes("mistral-large");
    const forcedTools = answerTool ? "any" : "none";
    const ids = { fitId: fitMistralId };
    return { ...COMMON, ...ids, name: "mistral", forcedTools, answerTool, nativeJson };
  }
  if (model.includes("openai.")) {
    const openai = { thinking: "own", nativeJson: true, stopSequences: false } as const;
    return model.includes("openai.gpt-oss")
      ? { ...COMMON, ...openai, name: "gpt-oss" }
      : { ...COMMON, ...openai, name: "openai", sampling: false };
  }
  return { ...COMMON, nativeJson };
}
