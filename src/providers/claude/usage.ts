// Claude's token counts, in which the cache stands beside the input, as TokenUsage.
import type { TokenUsage } from "../../base/chat.ts";
import { TokenCounts, tokenUsage } from "../shared/token-counts.ts";

/** One report's counts, as they came: anything may be in them, or nothing. */
export interface ReportedCounts {
  /** Without what the cache read or wrote. */
  input?: unknown;
  output?: unknown;
  cacheRead?: unknown;
  cacheWrite?: unknown;
  /** The parts of what was written, by how long they live. */
  cacheWrite1h?: unknown;
  cacheWrite5m?: unknown;
  /** Part of the output. */
  thinking?: unknown;
}

/**
 * Collects one answer's usage. Each report is cumulative, and what a later one lacks is kept: the
 * first names the input and how its written part lives, the last one the output. A smaller count
 * does not replace a larger one: some hosts end a stream with zeros.
 */
export class UsageCollector {
  readonly #reader = new TokenCounts();
  readonly #counts: Partial<Record<keyof ReportedCounts, number>> = {};

  /**
   * Takes a report and gives the usage so far. Null while input or output is unknown, and from the
   * first absurd count on: such a request is estimated, not guessed.
   */
  add(report: ReportedCounts): TokenUsage | null {
    const counts = this.#counts;
    for (const name of Object.keys(report) as (keyof ReportedCounts)[]) {
      const count = this.#reader.first(report[name]);
      if (count !== null) counts[name] = Math.max(count, counts[name] ?? 0);
    }
    const { input, output, cacheRead = 0, cacheWrite1h: hour = 0, cacheWrite5m = 0 } = counts;
    if (this.#reader.absurd || input === undefined || output === undefined) {
      return null;
    }
    const written = counts.cacheWrite ?? hour + cacheWrite5m;
    const writtenForHour = Math.min(hour, written);
    return tokenUsage({
      promptTokens: input + cacheRead + written,
      completionTokens: output,
      cachedTokens: cacheRead,
      cacheWriteTokens: written - writtenForHour,
      cacheWrite1hTokens: writtenForHour,
      reasoningTokens: counts.thinking ?? 0,
    });
  }
}
