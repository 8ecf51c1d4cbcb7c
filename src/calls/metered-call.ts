// A metered call: the one owner of a request from its deposit to its settlement. Whatever is thrown on the way ends it.
import { asApiError, clientClosedRequest } from "../base/errors.ts";
import type { AnswerToKeep } from "../idempotency/answers.ts";
import { roughUsage } from "../metering/estimate.ts";
import { type Measured, measureAnswer } from "../metering/measure.ts";
import { createMeter, type Meter } from "../metering/meter.ts";
import type { UpstreamCall } from "../providers/protocol.ts";
import type { CallPlan, ChatDeps, ChatInput, Deposit } from "./dispatch.ts";
import type { Lifeline } from "./lifeline.ts";
import { createSettler, type Settled } from "./settler.ts";
import { type Progress, type Way, wayOfFailure, wayOfWhole } from "./way.ts";

export interface MeteredCall {
  deps: ChatDeps;
  input: ChatInput;
  plan: CallPlan;
  deposit: Deposit;
  lifeline: Lifeline;
  /** What has been delivered and reported so far. */
  meter: Meter;
  /**
   * Runs a step that may fail. What it throws ends the call, and is thrown on once the end is recorded or takes too
   * long: what becomes of the record is for the settler to log, and the client is to hear why it has no answer.
   */
  step<T>(work: () => Promise<T>): Promise<T>;
  /**
   * The call as it goes upstream, from here on.
   * @throws ApiError when the client left while its deposit was being written: then nothing is owed.
   */
  dispatch(): UpstreamCall;
  /** The provider is called, for the record. */
  markAttempt(): void;
  /** The provider's first event has come, for the record's times. */
  markFirstEvent(): void;
  /** The first event was good: what fails from here on is charged for what was delivered. */
  markOpened(): void;
  /** The client has its status 200 already: a failure before the first event is recorded so. */
  markAnswered(): void;
  /** Ends the call whose answer came to its end. `answer` is kept under the request's idempotency key. */
  endWhole(answer: () => AnswerToKeep): Promise<Settled>;
  /** Ends the call that failed. */
  endFailed(error: unknown): Promise<Settled>;
  hasEnded(): boolean;
}

interface CallParts {
  deps: ChatDeps;
  input: ChatInput;
  plan: CallPlan;
  deposit: Deposit;
  lifeline: Lifeline;
}

const priceJsonOf = ({ quote: { pinned } }: CallPlan): string | null =>
  pinned === null ? null : JSON.stringify(pinned);

const NOTHING: Measured = { usage: null, source: "none", reportedCostMicro: null };

/** Takes over a deposit. Makes closures only, so that nothing can fail between the deposit and its owner. */
export function createMeteredCall(parts: CallParts): MeteredCall {
  const { deps, input, plan, deposit, lifeline } = parts;
  const meter = createMeter();
  const progress: Progress = { stage: "held", isAnswered: false, lifeline };
  const settler = createSettler({
    ...deps,
    ...input,
    terms: {
      providerId: plan.providerId,
      upstreamModel: plan.deployment.upstreamModel,
      priceJson: priceJsonOf(plan),
    },
    pinned: plan.quote.pinned,
    heldMicro: deposit.amountMicro,
    onSettled: lifeline.close,
  });

  const guess = (): Measured => ({
    usage: roughUsage(input.bodyBytes, meter.produced(), plan.deployment.facts),
    source: "estimated",
    reportedCostMicro: null,
  });

  function end(way: Way, answer?: () => AnswerToKeep): Promise<Settled> {
    const { isCharged, ...said } = way;
    return settler.end({
      ...said,
      measure: async () => (isCharged ? await measureAnswer(deps, parts, meter) : NOTHING),
      guess: () => (isCharged ? guess() : NOTHING),
      ...(answer === undefined ? {} : { answer }),
    });
  }

  function endFailed(error: unknown): Promise<Settled> {
    const way = wayOfFailure(progress, error);
    const settled = end(way);
    // Whatever failed, nobody wants more of the provider's answer.
    lifeline.cut(asApiError(error));
    return settled;
  }

  return {
    ...parts,
    meter,
    async step(work) {
      try {
        return await work();
      } catch (error) {
        if (!settler.hasEnded()) await endFailed(error).catch(() => {});
        throw error;
      }
    },
    dispatch() {
      if (input.signal.aborted) throw clientClosedRequest();
      const { onDisconnect, drain } = plan.settings;
      const call = plan.upstreamCall(deposit.amountMicro);
      lifeline.watch(plan.providerId, onDisconnect === "drain" ? drain : null);
      progress.stage = "asked";
      return call;
    },
    markAttempt: settler.markAttempt,
    markFirstEvent: settler.markFirstEvent,
    markOpened() {
      progress.stage = "opened";
    },
    markAnswered() {
      progress.isAnswered = true;
    },
    endWhole: (answer) => end(wayOfWhole(progress), answer),
    endFailed,
    hasEnded: settler.hasEnded,
  };
}
