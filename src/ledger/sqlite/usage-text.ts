// Token counts as a record keeps them: a JSON list in a fixed order, without the zeros at its end.
import type { TokenUsage } from "../../base/chat.ts";
import { UNITS, type UnitCounts } from "../../base/units.ts";

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

/** As `[250,100]`; what is not told is zero. */
export function writeUsage(usage: TokenUsage): string {
  let text = "";
  let zeros = "";
  for (const kind of KINDS) {
    const count = usage[kind] ?? 0;
    if (count === 0) {
      zeros += ",0";
      continue;
    }
    text += `${zeros},${count}`;
    zeros = "";
  }
  return `[${text.slice(1)}]`;
}

/** @throws Error when the text is not what `writeUsage` writes. */
export function readUsage(text: string): TokenUsage {
  const counts: unknown = JSON.parse(text);
  if (!Array.isArray(counts) || counts.length > KINDS.length || !counts.every(isCount)) {
    throw new Error(`not token counts: ${text.slice(0, 100)}`);
  }
  const at = (index: number): number => counts[index] ?? 0;
  const cachedAudioTokens = at(10);
  return {
    promptTokens: at(0),
    completionTokens: at(1),
    cachedTokens: at(2),
    cacheWriteTokens: at(4),
    cacheWrite1hTokens: at(5),
    promptAudioTokens: at(6),
    ...(cachedAudioTokens === 0 ? {} : { cachedAudioTokens }),
    completionAudioTokens: at(7),
    reasoningTokens: at(3),
    acceptedPredictionTokens: at(8),
    rejectedPredictionTokens: at(9),
    ...unitsOf(counts),
  };
}

/** Those that are told, which follow the tokens. */
const unitsOf = (counts: readonly number[]): UnitCounts =>
  Object.fromEntries(
    UNITS.map(
      (unit, index) => [unit, counts[KINDS.length - UNITS.length + index] ?? 0] as const,
    ).filter(([, count]) => count > 0),
  );

const isCount = (value: unknown): value is number => Number.isSafeInteger(value);
