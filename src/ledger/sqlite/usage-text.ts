// Token counts as a record keeps them: a JSON list in a fixed order, without the zeros at its end.
import type { TokenUsage } from "../../base/chat.ts";
import { UNITS, type Unit } from "../../base/units.ts";

/** The order never changes; a new kind goes to the end. */
const KINDS = [
  "promptTokens",
  "completionTokens",
  "cachedTokens",
  "reasoningTokens",
  "cacheWriteTokens",
  "cacheWrite1hTokens",
  "promptAudioTokens",
  "completionAudioTokens",
  "acceptedPredictionTokens",
  "rejectedPredictionTokens",
  "cachedAudioTokens",
  ...UNITS,
] as const satisfies readonly (keyof TokenUsage)[];

/** The counts in that order, without the zeros at the end; what is not told is zero. */
export function countsOf(usage: TokenUsage): number[] {
  const counts: number[] = [];
  for (let index = 0; index < KINDS.length; index++) {
    const count = usage[KINDS[index] as (typeof KINDS)[number]] ?? 0;
    if (count === 0) continue;
    while (counts.length < index) counts.push(0);
    counts.push(count);
  }
  return counts;
}

/** As `[250,100]`. */
export const writeUsage = (usage: TokenUsage): string => `[${countsOf(usage).join(",")}]`;

/** @throws Error when the text is not what `writeUsage` writes. */
export function readUsage(text: string): TokenUsage {
  const counts: unknown = JSON.parse(text);
  if (!Array.isArray(counts) || counts.length > KINDS.length || !counts.every(isCount)) {
    throw new Error(`not token counts: ${text.slice(0, 100)}`);
  }
  return usageOf(counts);
}

/** What `countsOf` made a list of. */
export function usageOf(counts: readonly number[]): TokenUsage {
  const at = (index: number): number => counts[index] ?? 0;
  const usage: TokenUsage = {
    promptTokens: at(0),
    completionTokens: at(1),
    cachedTokens: at(2),
    cacheWriteTokens: at(4),
    cacheWrite1hTokens: at(5),
    promptAudioTokens: at(6),
    completionAudioTokens: at(7),
    reasoningTokens: at(3),
    acceptedPredictionTokens: at(8),
    rejectedPredictionTokens: at(9),
  };
  // What follows is seldom told, and then left out.
  for (let index = OPTIONAL_FROM; index < counts.length; index++) {
    const count = at(index);
    if (count > 0) usage[KINDS[index] as OptionalKind] = count;
  }
  return usage;
}

/** The first kind that a usage may lack. */
const OPTIONAL_FROM = KINDS.indexOf("cachedAudioTokens");
type OptionalKind = "cachedAudioTokens" | Unit;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value);
