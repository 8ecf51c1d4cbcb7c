// Which maker's rules a Bedrock model follows: Converse is one shape with small differences.
import { type ClaudeTraits, claudeTraits } from "./claude-models.ts";

export type FamilyName = "claude" | "nova" | "mistral" | "gpt-oss" | "openai" | "other";

export interface ModelFamily {
  name: FamilyName;
  /** Null for anything but Claude. */
  claude: ClaudeTraits | null;
  /** The forced tool choices that are taken; the rest is answered with a validation error. */
  toolChoices: { any: boolean; tool: boolean };
  /** `outputConfig.textFormat` is taken. */
  nativeJson: boolean;
  strictTools: boolean;
  /** Where cache points are taken. */
  cachePoints: "everywhere" | "messages" | "nowhere";
  sampling: boolean;
  stopSequences: boolean;
  /** The largest temperature. */
  maxTemperature: number;
}

const COMMON: Omit<ModelFamily, "name"> = {
  claude: null,
  toolChoices: { any: false, tool: false },
  nativeJson: false,
  strictTools: false,
  cachePoints: "nowhere",
  sampling: true,
  stopSequences: true,
  maxTemperature: 1,
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
  if (model.includes("anthropic.")) {
    return claudeFamily(claudeTraits(model));
  }
  const nativeJson = CONSTRAINED.some((fragment) => model.includes(fragment));
  if (model.includes("amazon.nova")) {
    const toolChoices = { any: true, tool: true };
    return { ...COMMON, name: "nova", toolChoices, cachePoints: "messages" };
  }
  if (model.includes("mistral.")) {
    const any = model.includes("mistral-large");
    return { ...COMMON, name: "mistral", toolChoices: { any, tool: false }, nativeJson };
  }
  if (model.includes("openai.gpt-oss")) {
    return { ...COMMON, name: "gpt-oss", nativeJson: true, stopSequences: false };
  }
  if (model.includes("openai.")) {
    const openai = { sampling: false, stopSequences: false, nativeJson: true };
    return { ...COMMON, name: "openai", ...openai };
  }
  return { ...COMMON, name: "other", nativeJson };
}

function claudeFamily(claude: ClaudeTraits): ModelFamily {
  return {
    ...COMMON,
    name: "claude",
    claude,
    toolChoices: { any: claude.forcedTools, tool: claude.forcedTools },
    nativeJson: claude.nativeJson,
    strictTools: claude.strictTools,
    cachePoints: "everywhere",
    sampling: claude.sampling,
  };
}
