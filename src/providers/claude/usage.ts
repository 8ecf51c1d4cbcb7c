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
  readonly #counts = new Map<keyof ReportedCounts, number>();

  /**
   * Takes a report and gives the usage so far. Null while input or output is unknown, and from the
   * first absurd count on: such a request is estimated, not guessed.
   */
  add(report: ReportedCounts): TokenUsage | null {
    for (const [name, value] of Object.entries(report)) {
      const count = this.#reader.first(value);
      if (count !== null) {
        const known = this.#counts.get(name as keyof ReportedCounts) ?? 0;
        this.#counts.set(name as keyof ReportedCounts, Math.max(count, known));
      }
    }
    const count = (name: keyof ReportedCounts) => this.#counts.get(name);
    const input = count("input");
    const output = count("output");
    if (this.#reader.absurd || input === undefined || output === undefined) {
      return null;
    }
    const cacheRead = count("cacheRead") ?? 0;
    const hour = count("cacheWrite1h") ?? 0;
    const written = count("cacheWrite") ?? hour + (count("cacheWrite5m") ?? 0);
    const writtenForHour = Math.min(hour, written);
    return tokenUsage({
      promptTokens: input + cacheRead + written,
      completionTokens: output,
      cachedTokens: cacheRead,
      cacheWriteTokens: written - writtenForHour,
      cacheWrite1hTokens: writtenForHour,
      reasoningTokens: count("thinking") ?? 0,
    });
  }
}
