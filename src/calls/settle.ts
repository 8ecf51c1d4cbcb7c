// The settlement of a call: reckoned, recorded however often the database refuses, logged and counted.
import { sleep } from "../base/clock.ts";
import type { Deadlines } from "../base/deadlines.ts";
import { ApiError } from "../base/errors.ts";
import type { AnswerToKeep, Settle } from "../ledger/port.ts";
import type { Settlement } from "../ledger/rules.ts";
import type { Measured } from "../metering/measure.ts";
import { costMicro, providerBasisMicro } from "../pricing/cost.ts";
import type { CallEnding } from "./ending.ts";
import type { Answered, CallDeps, CallRequest, Operation } from "./operation.ts";
import { termsOf } from "./terms.ts";

export interface Settled extends Settlement, Measured {}

/** A call that has ended, for its charge and its record: its answer is that of who answered, or was tried last. */
export interface EndedCall<Request extends CallRequest, Meter> extends Answered<Request> {
  deps: Pick<CallDeps, "ledger" | "clock" | "metrics" | "countTokens">;
  operation: Pick<Operation<Request, unknown, Meter>, "estimate" | "guess">;
  meter: Meter;
  /** An estimate is never charged beyond it. */
  heldMicro: number;
  ending: CallEnding;
  /** How often a provider was called for it. */
  attempts: number;
  firstEventMs: number | null;
  durationMs: number;
  /** The whole answer as it is kept for a request with an idempotency key. */
  answer: (() => AnswerToKeep) | null;
}

/** Pauses before a settlement that the database refused is tried again; the last one repeats until it is taken. */
const RETRY_PAUSES_MS = [100, 200, 400, 800, 1600, 3200, 5000];

const NOTHING: Measured = { usage: null, source: "none", reportedCostMicro: null };

/** How long a client waits for a settlement that the database refuses; it goes on without the client. */
const CLIENT_WAIT_MS = 10_000;

/** @throws Error when the books have it as ended already */
export async function settle<Request extends CallRequest, Meter>(
  call: EndedCall<Request, Meter>,
): Promise<Settled> {
  const { deps, ending, input, meter, operation } = call;
  try {
    const measured = ending.isCharged ? operation.estimate(deps, call, meter) : NOTHING;
    return await record(call, measured instanceof Promise ? await measured : measured);
  } catch (error) {
    input.log.error({ err: error }, "could not settle as measured: a guess is charged");
    // Stands in where measuring, reckoning or keeping fails by a fault of ours.
    const guessed = ending.isCharged ? operation.guess(call, meter) : NOTHING;
    return record({ ...call, answer: null }, guessed);
  }
}

/** What the settlement itself takes of a call. */
type Ended = Omit<EndedCall<CallRequest, unknown>, "operation" | "meter">;

async function record(call: Ended, measured: Measured): Promise<Settled> {
  const { candidate, durationMs, ending, firstEventMs, input } = call;
  const { costMicro, unbilledMicro, providerCostMicro } = costOf(call, measured);
  const settlement = await persist(call, {
    requestId: input.requestId,
    terms: termsOf(candidate),
    attempts: call.attempts,
    ending: ending.ending,
    costMicro,
    unbilledMicro,
    providerCostMicro,
    httpStatus: ending.httpStatus,
    errorCode: ending.errorCode,
    usage: measured.usage,
    usageSource: measured.source,
    startedAtMs: input.startedAtMs,
    firstEventMs,
    durationMs,
    atMs: call.deps.clock.nowMs(),
    // With the settlement, so that an answer which was charged is the one that comes again.
    answer: input.keyed === null ? null : (call.answer?.() ?? "free"),
  });
  if (settlement === null) throw new Error(`request ${input.requestId} had ended already`);
  // Field by field, as spreads of these cost every request more than all the arithmetic.
  const settled: Settled = {
    balanceMicro: settlement.balanceMicro,
    heldMicro: settlement.heldMicro,
    heldByRequestMicro: settlement.heldByRequestMicro,
    chargedMicro: settlement.chargedMicro,
    shortfallMicro: settlement.shortfallMicro,
    usage: measured.usage,
    source: measured.source,
    reportedCostMicro: measured.reportedCostMicro,
  };
  try {
    note(call, settled, unbilledMicro);
  } catch (error) {
    // It is in the books, and must not be taken for what is not.
    input.log.error({ err: error }, "could not note a settlement");
  }
  return settled;
}

type Cost = Pick<Settle, "costMicro" | "unbilledMicro" | "providerCostMicro">;

function costOf(
  { candidate, heldMicro }: Ended,
  { usage, source, reportedCostMicro }: Measured,
): Cost {
  if (usage === null) return { costMicro: 0, unbilledMicro: 0, providerCostMicro: null };
  const { pinned } = candidate.bound;
  const providerCostMicro = providerBasisMicro(pinned, usage, reportedCostMicro);
  const cost = costMicro(pinned, usage, providerCostMicro);
  const billed = source === "estimated" ? Math.min(cost, heldMicro) : cost;
  return { costMicro: billed, unbilledMicro: cost - billed, providerCostMicro };
}

/** The money is owed whatever the database says at first, so a refused settlement is tried until it is taken. */
async function persist({ deps, input }: Ended, end: Settle): Promise<Settlement | null> {
  for (let attempt = 0; ; attempt++) {
    try {
      if (attempt > 0) end.atMs = deps.clock.nowMs();
      const settlement = await deps.ledger.settle(end);
      if (settlement !== null || attempt === 0) return settlement;
      // Where the writer ended before it could answer, what was refused had been taken.
      return await taken(deps, end);
    } catch (error) {
      // A rule of the books that was broken stays broken: only trouble of the database passes.
      if (!(error instanceof ApiError)) throw error;
      input.log.error({ err: error }, "settlement refused, retrying");
      deps.metrics.settlementRetried();
      const pauseMs = RETRY_PAUSES_MS[Math.min(attempt, RETRY_PAUSES_MS.length - 1)] ?? 0;
      await sleep(deps.clock, pauseMs);
    }
  }
}

/** What an earlier try of this settlement came to; null where the request was ended in another way. */
async function taken({ ledger }: Ended["deps"], end: Settle): Promise<Settlement | null> {
  const record = await ledger.findRecord(end.requestId);
  if (record === undefined || record.ending !== end.ending) return null;
  const account = await ledger.findAccount(record.accountId);
  if (account === undefined) return null;
  return {
    balanceMicro: account.balanceMicro,
    heldMicro: account.heldMicro,
    heldByRequestMicro: record.heldMicro,
    chargedMicro: record.chargedMicro,
    shortfallMicro: record.shortfallMicro,
  };
}

function note(call: Ended, settled: Settled, unbilledMicro: number): void {
  const { candidate, deps, durationMs, ending, firstEventMs, input } = call;
  input.log.info(
    {
      ending: ending.ending,
      status: ending.httpStatus,
      code: ending.errorCode ?? undefined,
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
    input.log.warn({ shortfallMicro: settled.shortfallMicro }, "cost written off");
  }
  deps.metrics.requestEnded({
    providerId: candidate.deployment.providerId,
    ending: ending.ending,
    source: settled.source,
    usage: settled.usage,
    chargedMicro: settled.chargedMicro,
    shortfallMicro: settled.shortfallMicro,
    unbilledMicro,
    firstEventMs,
    durationMs,
  });
}

/** Waits for a settlement, but not for a database that stays away. @throws ApiError 503 then */
export function withinPatience(
  settled: Promise<Settled>,
  deadlines: Deadlines,
  heldMicro: number,
): Promise<Settled> {
  return new Promise((resolve, reject) => {
    const patience = deadlines.after(CLIENT_WAIT_MS, () => reject(notRecorded(heldMicro)));
    settled.then(
      (value) => {
        patience.clear();
        resolve(value);
      },
      (error: unknown) => {
        patience.clear();
        reject(error);
      },
    );
  });
}

/** The provider has answered and will be paid, so a retry would only cost twice. */
const notRecorded = (heldMicro: number) =>
  new ApiError({
    status: 503,
    type: "server_error",
    code: "overloaded",
    message: "The request was answered, but its charge cannot be recorded at the moment.",
    shouldRetry: false,
    heldMicro,
  });
