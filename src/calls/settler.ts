// Settlement of one request: exactly once, whoever notices first that it is over.
import { type Clock, sleep } from "../base/clock.ts";
import { ApiError } from "../base/errors.ts";
import type { AnswerToKeep } from "../idempotency/answers.ts";
import type { Ending } from "../ledger/ending.ts";
import type { LedgerPort, Settle, Terms } from "../ledger/port.ts";
import type { Settlement } from "../ledger/rules.ts";
import type { Measured } from "../metering/measure.ts";
import { costMicro, type PinnedPrice, providerBasisMicro } from "../pricing/cost.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { KeyedRequest } from "./idempotency.ts";

/** How a request ended, as the one who noticed it knows it. */
export interface EndReport {
  ending: Ending;
  httpStatus: number;
  errorCode: string | null;
  /** Asked for only by the report that counts; may be slow, since it may have to estimate. */
  measure: () => Promise<Measured>;
  /** Stands in where measuring, reckoning or keeping fails by a fault of ours; never throws. */
  guess: () => Measured;
  /** The whole answer as it is kept for a request with an idempotency key. */
  answer?: () => AnswerToKeep;
}

export interface Settled extends Settlement, Measured {}

export interface Settler {
  /** Ends the request. Later calls change nothing and give the first one's result. */
  end(report: EndReport): Promise<Settled>;
  /** Notes that a provider is called, for the record. */
  markAttempt(): void;
  /** Notes the provider's first event, for the record. */
  markFirstEvent(): void;
  hasEnded(): boolean;
}

export interface SettlerOptions {
  requestId: string;
  terms: Terms;
  pinned: PinnedPrice | null;
  /** The deposit: an estimate is never charged beyond it. */
  heldMicro: number;
  ledger: Pick<LedgerPort, "settle">;
  /** Null without an idempotency key. */
  keyed: KeyedRequest | null;
  clock: Clock;
  metrics: Metrics;
  /** Names the request in each line. */
  log: Logger;
  /** Called once, when the money is settled or can never be. */
  onSettled: () => void;
  /** Epoch milliseconds of the request's arrival, and the same moment on the monotonic clock. */
  startedAtMs: number;
  startedMonoMs: number;
}

/** Pauses before a settlement that the database refused is tried again; the last one repeats until it is taken. */
const RETRY_PAUSES_MS = [100, 200, 400, 800, 1600, 3200, 5000];
/** How long a client waits for a settlement that the database refuses; it goes on without the client. */
const CLIENT_WAIT_MS = 10_000;

export function createSettler(options: SettlerOptions): Settler {
  let firstEventMs: number | null = null;
  let attempts = 0;
  let ended: Promise<Settled> | null = null;
  const sinceStart = () => Math.round(options.clock.monoMs() - options.startedMonoMs);

  async function record(
    report: EndReport,
    measured: Measured,
    durationMs: number,
  ): Promise<Settled> {
    const { usage, source } = measured;
    const cost = costOf(options, measured);
    const settlement = await persist(options, {
      requestId: options.requestId,
      terms: options.terms,
      attempts,
      ending: report.ending,
      ...cost,
      httpStatus: report.httpStatus,
      errorCode: report.errorCode,
      usage,
      usageSource: source,
      startedAtMs: options.startedAtMs,
      firstEventMs,
      durationMs,
      // With the settlement, so that an answer which was charged is the one that comes again.
      answer: options.keyed === null ? null : (report.answer?.() ?? "free"),
    });
    if (settlement === null) throw new Error(`request ${options.requestId} had ended already`);
    const settled = { ...settlement, ...measured };
    try {
      note(report, settled, cost, durationMs);
    } catch (error) {
      // It is in the books, and must not be taken for what is not.
      options.log.error({ err: error }, "could not note a settlement");
    }
    return settled;
  }

  function note(report: EndReport, settled: Settled, cost: Cost, durationMs: number): void {
    logEnd(options, report, settled, durationMs);
    options.metrics.requestEnded({
      providerId: options.terms.providerId,
      ending: report.ending,
      ...settled,
      ...cost,
      firstEventMs,
      durationMs,
    });
  }

  async function settle(report: EndReport): Promise<Settled> {
    const durationMs = sinceStart();
    try {
      return await record(report, await report.measure(), durationMs);
    } catch (error) {
      options.log.error({ err: error }, "could not settle as measured: a guess is charged");
      const { answer: _notKept, ...bare } = report;
      return record(bare, report.guess(), durationMs);
    }
  }

  function settleOnce(report: EndReport): Promise<Settled> {
    const settled = settle(report).finally(options.onSettled);
    // Whoever waited for it may have given up by then.
    settled.catch((error: unknown) => {
      options.log.error({ err: error }, "could not settle");
    });
    return settled;
  }

  return {
    end: (report) => {
      ended ??= settleOnce(report);
      return withinPatience(ended, options);
    },
    markAttempt: () => {
      attempts++;
    },
    markFirstEvent: () => {
      firstEventMs ??= sinceStart();
    },
    hasEnded: () => ended !== null,
  };
}

type Cost = Pick<Settle, "costMicro" | "unbilledMicro" | "providerCostMicro">;

function costOf(
  { pinned, heldMicro }: SettlerOptions,
  { usage, source, reportedCostMicro }: Measured,
): Cost {
  if (usage === null) return { costMicro: 0, unbilledMicro: 0, providerCostMicro: null };
  const providerCostMicro = providerBasisMicro(pinned, usage, reportedCostMicro);
  const cost = costMicro(pinned, usage, providerCostMicro);
  const billed = source === "estimated" ? Math.min(cost, heldMicro) : cost;
  return { costMicro: billed, unbilledMicro: cost - billed, providerCostMicro };
}

/** The money is owed whatever the database says at first, so a refused settlement is tried until it is taken. */
async function persist(
  options: SettlerOptions,
  end: Omit<Settle, "atMs">,
): Promise<Settlement | null> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await options.ledger.settle({ ...end, atMs: options.clock.nowMs() });
    } catch (error) {
      // A rule of the books that was broken stays broken: only trouble of the database passes.
      if (!(error instanceof ApiError)) throw error;
      options.log.error({ err: error }, "settlement refused, retrying");
      options.metrics.settlementRetried();
      const pauseMs = RETRY_PAUSES_MS[Math.min(attempt, RETRY_PAUSES_MS.length - 1)] ?? 0;
      await sleep(options.clock, pauseMs);
    }
  }
}

/** Waits for a settlement, but not for a database that stays away. */
async function withinPatience(
  ended: Promise<Settled>,
  { clock, heldMicro }: SettlerOptions,
): Promise<Settled> {
  const patience = Promise.withResolvers<never>();
  const forget = clock.after(CLIENT_WAIT_MS, () => patience.reject(notRecorded(heldMicro)));
  try {
    return await Promise.race([ended, patience.promise]);
  } finally {
    forget();
  }
}

/** The provider has answered and will be paid, so a retry would only cost twice. */
const notRecorded = (reservedMicro: number) =>
  new ApiError({
    status: 503,
    type: "server_error",
    code: "overloaded",
    message: "The request was answered, but its charge cannot be recorded at the moment.",
    shouldRetry: false,
    reservedMicro,
  });

function logEnd(
  { log }: SettlerOptions,
  report: EndReport,
  settled: Settled,
  durationMs: number,
): void {
  log.info(
    {
      ending: report.ending,
      status: report.httpStatus,
      code: report.errorCode ?? undefined,
      promptTokens: settled.usage?.promptTokens,
      completionTokens: settled.usage?.completionTokens,
      usageSource: settled.source,
      chargedMicro: settled.chargedMicro,
      shortfallMicro: settled.shortfallMicro || undefined,
      durationMs,
    },
    "request ended",
  );
  if (settled.shortfallMicro > 0) {
    log.warn({ shortfallMicro: settled.shortfallMicro }, "cost written off");
  }
}
