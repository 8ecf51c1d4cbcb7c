// The meter: watches an answer go by, and knows at any moment what has been delivered and what was reported.
import type { TokenUsage } from "../base/chat.ts";
import { isProviderCost } from "../pricing/cost.ts";
import {
  isPlainRun,
  type UpstreamChunk,
  type UpstreamCompletion,
  type UpstreamEvent,
} from "../providers/protocol.ts";
import { createProducing, type Produced } from "./produced.ts";

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

export function createMeter(): Meter {
  const producing = createProducing();
  let tokens: TokenUsage | null = null;
  let costMicro: number | null = null;
  let finals = 0;
  /** The output of the largest final report, and what had been produced when it came. */
  let finalOutput = -1;
  let covered = -1;

  function report(usage: TokenUsage, isFinal: boolean): void {
    tokens = tokens === null ? usage : larger(tokens, usage);
    if (!isFinal) return;
    finals++;
    if (usage.completionTokens <= finalOutput) return;
    finalOutput = usage.completionTokens;
    covered = producing.size();
  }

  /** After what came with it, which it covers. */
  function take({ usage, reportedCostMicro = null }: Reporting, isFinal: boolean): void {
    if (usage !== null) report(usage, isFinal);
    if (reportedCostMicro !== null && isProviderCost(reportedCostMicro)) {
      costMicro = Math.max(costMicro ?? 0, reportedCostMicro);
    }
  }

  return {
    add(event) {
      if (isPlainRun(event)) {
        producing.addRun(event);
        return;
      }
      const { chunk, usageIsFinal = true } = event;
      for (const choice of chunk.choices) producing.add(choice?.delta);
      // Without choices it does not go to the client.
      if (chunk.choices.length > 0) producing.addBeside(chunk, "delta");
      take(event, usageIsFinal);
    },
    addWhole(answer) {
      for (const choice of answer.completion.choices) producing.add(choice?.message);
      producing.addBeside(answer.completion, "message");
      take(answer, true);
    },
    reported: () =>
      tokens === null
        ? null
        : {
            tokens,
            coversAll: covered === producing.size(),
            isOneOfSeveral: finals > 1,
          },
    reportedCostMicro: () => costMicro,
    produced: producing.all,
  };
}

function larger(one: TokenUsage, other: TokenUsage): TokenUsage {
  const most = { ...one, ...other };
  for (const kind of Object.keys(most) as (keyof TokenUsage)[]) {
    most[kind] = Math.max(one[kind] ?? 0, other[kind] ?? 0);
  }
  return most;
}
