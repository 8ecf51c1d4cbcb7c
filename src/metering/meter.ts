// The meter: watches an answer go by, and knows at any moment what has been delivered and what was reported.
import type { TokenUsage } from "../base/chat.ts";
import { isProviderCost } from "../pricing/cost.ts";
import {
  isPlainRun,
  type UpstreamChunk,
  type UpstreamCompletion,
  type UpstreamEvent,
} from "../providers/protocol.ts";
import { type Produced, Producing } from "./produced.ts";

/** What a provider reported, of all its reports together. */
export interface ReportedUsage {
  /** The largest of each count: cumulative counts never shrink, so a smaller one is no later state of the same. */
  tokens: TokenUsage;
  /**
   * Whether it stands for all that was produced: it came as final usage, and nothing came after it, or with it while
   * its output did not grow.
   */
  coversAll: boolean;
  /** Whether it is one of several that each came as final: then they may be those of single chunks. */
  isOneOfSeveral: boolean;
}

/** What an answer has amounted to so far. */
export interface Meter {
  add(event: UpstreamEvent): void;
  /** A whole answer, which is all there is. */
  addWhole(answer: UpstreamCompletion): void;
  /** Null while nothing was reported. */
  reported(): ReportedUsage | null;
  /** What the provider says that the call cost it, in micro-dollars: the largest given; null for nothing. */
  reportedCostMicro(): number | null;
  /** For estimates. */
  produced(): Readonly<Produced>;
}

type Reporting = Pick<UpstreamChunk, "usage" | "reportedCostMicro">;

export const createMeter = (): Meter => new AnswerMeter();

class AnswerMeter implements Meter {
  readonly #producing = new Producing();
  #tokens: TokenUsage | null = null;
  #costMicro: number | null = null;
  #finals = 0;
  /** The output of the largest final report, and what had been produced when it came. */
  #finalOutput = -1;
  #covered = -1;

  add(event: UpstreamEvent): void {
    if (isPlainRun(event)) {
      this.#producing.addRun(event);
      return;
    }
    const { chunk, usageIsFinal = true } = event;
    for (const choice of chunk.choices) this.#producing.add(choice?.delta);
    // Without choices it does not go to the client.
    if (chunk.choices.length > 0) this.#producing.addBeside(chunk, "delta");
    this.#take(event, usageIsFinal);
  }

  addWhole(answer: UpstreamCompletion): void {
    for (const choice of answer.completion.choices) this.#producing.add(choice?.message);
    this.#producing.addBeside(answer.completion, "message");
    this.#take(answer, true);
  }

  reported(): ReportedUsage | null {
    if (this.#tokens === null) return null;
    return {
      tokens: this.#tokens,
      coversAll: this.#covered === this.#producing.size(),
      isOneOfSeveral: this.#finals > 1,
    };
  }

  reportedCostMicro(): number | null {
    return this.#costMicro;
  }

  produced(): Readonly<Produced> {
    return this.#producing.all();
  }

  /** After what came with it, which it covers. */
  #take({ usage, reportedCostMicro = null }: Reporting, isFinal: boolean): void {
    if (usage !== null) this.#report(usage, isFinal);
    if (reportedCostMicro !== null && isProviderCost(reportedCostMicro)) {
      this.#costMicro = Math.max(this.#costMicro ?? 0, reportedCostMicro);
    }
  }

  #report(usage: TokenUsage, isFinal: boolean): void {
    this.#tokens = this.#tokens === null ? usage : larger(this.#tokens, usage);
    if (!isFinal) return;
    this.#finals++;
    if (usage.completionTokens <= this.#finalOutput) return;
    this.#finalOutput = usage.completionTokens;
    this.#covered = this.#producing.size();
  }
}

/** `one` itself where nothing is larger in the other, as in most events that repeat what is known. */
function larger(one: TokenUsage, other: TokenUsage): TokenUsage {
  let most = one;
  for (const name in other) {
    const kind = name as keyof TokenUsage;
    if ((other[kind] ?? 0) <= (most[kind] ?? -1)) continue;
    if (most === one) most = { ...one };
    most[kind] = other[kind] ?? 0;
  }
  return most;
}
