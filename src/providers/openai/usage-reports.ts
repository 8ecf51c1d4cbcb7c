// The usage reports of one stream, which are to be cumulative and sometimes are not.
import type { TokenUsage } from "../../base/chat.ts";

/** So many equal reports in a row, with output between them, are no count of the whole. */
const STUCK_REPORTS = 8;

/**
 * Tells whether the last report can be the count of the whole answer. Most providers report once, or
 * in every chunk what has come by then. A report that is smaller than the one before it although
 * output came between, or that stands still all the while, counts its own piece (or nothing): then
 * the output is to be estimated, unless a report comes in the end that has at least all pieces.
 */
export class UsageReports {
  #last = 0;
  #sum = 0;
  #equalReports = 0;
  #isPerPiece = false;
  #hasOutput = false;

  /** Output has come since the last report. */
  addOutput(): void {
    this.#hasOutput = true;
  }

  /** @returns whether the report counts the whole answer so far */
  isWhole({ completionTokens }: TokenUsage): boolean {
    if (this.#hasOutput) {
      this.#equalReports = completionTokens === this.#last ? this.#equalReports + 1 : 0;
      this.#isPerPiece ||= completionTokens < this.#last || this.#equalReports >= STUCK_REPORTS;
    }
    const hasAllPieces = completionTokens >= this.#sum && completionTokens > this.#last;
    this.#sum += this.#hasOutput ? completionTokens : 0;
    this.#last = completionTokens;
    this.#hasOutput = false;
    return !this.#isPerPiece || hasAllPieces;
  }
}
