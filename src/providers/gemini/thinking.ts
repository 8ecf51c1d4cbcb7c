// OpenAI's reasoning_effort as Gemini's thinkingConfig.
import type { ReasoningEffort } from "../../base/chat.ts";
import { budgetTokens, nearestEffort } from "../shared/effort.ts";
import type { ModelTraits, Thinking } from "./traits.ts";
import type { ThinkingConfig } from "./wire.ts";

/**
 * The `thinkingConfig` to send; undefined leaves the model to its default. Thoughts are asked for
 * whenever the client asks for reasoning: they cost nothing beyond the thinking itself. Where
 * thinking cannot be switched off, `none` becomes the least there is.
 * @param maxOutputTokens the limit that is sent along, thoughts included, or null without one
 */
export function buildThinkingConfig(
  effort: ReasoningEffort | undefined,
  { thinking }: Pick<ModelTraits, "thinking">,
  maxOutputTokens: number | null,
): ThinkingConfig | undefined {
  if (effort === undefined || thinking.kind === "none") {
    return undefined;
  }
  const shown = effort !== "none" && { includeThoughts: true };
  if (thinking.kind === "level") {
    return { thinkingLevel: nearestEffort(effort, thinking.levels), ...shown };
  }
  const thinkingBudget = budgetFor(effort, thinking, maxOutputTokens ?? thinking.max);
  return thinkingBudget === 0 ? { thinkingBudget } : { thinkingBudget, ...shown };
}

function budgetFor(
  effort: ReasoningEffort,
  { min, max, canDisable }: Extract<Thinking, { kind: "budget" }>,
  outputTokensMax: number,
): number {
  const bounds = { outputTokensMax, budgetTokensMin: min, budgetTokensMax: max };
  const budget = effort === "none" ? null : budgetTokens(effort, bounds);
  return budget ?? (canDisable ? 0 : min);
}
