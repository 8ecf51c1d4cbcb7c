// OpenAI's reasoning_effort as Gemini's thinkingConfig.
import type { ReasoningEffort } from "../../base/chat.ts";
import { budgetTokens, nearestEffort } from "../shared/effort.ts";
import type { ModelTraits, Thinking } from "./traits.ts";
import type { ThinkingConfig } from "./wire.ts";

export interface ThinkingPlan {
  config: ThinkingConfig | undefined;
  /** What was asked for cannot be had. */
  ignored: boolean;
}

/**
 * The `thinkingConfig` to send; undefined leaves the model to its default. Thoughts are asked for
 * whenever the client asks for reasoning: they cost nothing beyond the thinking itself. Where
 * thinking cannot be switched off, `none` becomes the least there is; where it has no room, it is
 * left out. Both are named as ignored.
 * @param maxOutputTokens the limit that is sent along, thoughts included, or null without one
 */
export function planThinking(
  effort: ReasoningEffort | undefined,
  { thinking }: Pick<ModelTraits, "thinking">,
  maxOutputTokens: number | null,
): ThinkingPlan {
  if (effort === undefined) {
    return { config: undefined, ignored: false };
  }
  const wantsNone = effort === "none";
  if (thinking.kind === "none") {
    return { config: undefined, ignored: !wantsNone };
  }
  const shown = !wantsNone && { includeThoughts: true };
  if (thinking.kind === "level") {
    const thinkingLevel = nearestEffort(effort, thinking.levels);
    return { config: { thinkingLevel, ...shown }, ignored: wantsNone };
  }
  const thinkingBudget = budgetFor(effort, thinking, maxOutputTokens ?? thinking.max);
  const isOff = thinkingBudget === 0;
  const config = isOff ? { thinkingBudget } : { thinkingBudget, ...shown };
  return { config, ignored: wantsNone !== isOff };
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
