// What must hold of the requests, seen from outside: calls upstream, what clients are told, and quiet in the end.
import type { Replay } from "../../src/calls/idempotency.ts";
import type { UpstreamCall } from "../../src/providers/protocol.ts";
import { CLIENT_WAIT_MS, DRAIN, OUTPUT_MAX, RETRIES } from "./house.ts";
import { type Journey, must, type Told } from "./journey.ts";
import { boundOf, namedLimit } from "./oracle.ts";
import type { SimulatedProcess } from "./process.ts";
import { answerUnder, type RecordRow, type Rows } from "./rows.ts";
import type { Timeline } from "./timeline.ts";

/** Statuses that a client may get here; 499 is for the record, and nobody reads it. */
const STATUSES = new Set([200, 400, 402, 409, 422, 499, 502, 503, 504]);

/** Read on without a client, as far as the outside can tell. */
const isReadOn = ({ call, signalledAtMs }: Journey): boolean =>
  signalledAtMs !== null && call !== null && call.ending === null && call.abortedAtMs === null;

/** Whether one more call that lost its client may be read on. */
export function hasDrainRoom(journey: Journey, all: readonly Journey[]): boolean {
  const { call, model } = journey;
  if (!model.drains || call === null || call.ending !== null) return false;
  // A call counts until its money is settled, which may be later than its end.
  const others = all.filter(
    (other) =>
      other !== journey &&
      other.model === model &&
      other.process === journey.process &&
      other.leftAtStep !== null &&
      other.call !== null &&
      !other.recorded,
  );
  return others.length < DRAIN.maxCalls;
}

/** Whether nothing is to come of this request any more. */
export function isOver(journey: Journey): boolean {
  const { answered, call, held, recorded, told, leftAtStep, lost } = journey;
  if (lost) return true;
  if (!answered || (call !== null && call.ending === null)) return false;
  return (!held || recorded) && (told !== null || leftAtStep !== null);
}

/** A call is about to go upstream: its hold is on the disk, and pays for what it may produce. */
export function checkDispatch(journey: Journey, call: UpstreamCall, { holds }: Rows): void {
  const isNext = journey.call === null || journey.call.ending === "refused";
  must(isNext && !journey.askedAborted, "a provider is asked again only when it refused");
  must(journey.calls <= RETRIES.max, "a provider is asked again a limited number of times");
  must(
    journey.signalledAtStep === null,
    "nobody is asked for a client that has left",
    () => journey.requestId,
  );
  const hold = holds.find(({ requestId }) => requestId === call.requestId);
  must(hold !== undefined, "nothing goes upstream without a hold on the disk");
  journey.outputLimit = call.maxOutputTokens ?? OUTPUT_MAX;
  const named = namedLimit(journey);
  must(named === null || named === journey.outputLimit, "the client's limit goes upstream");
  must(
    (hold?.amount ?? 0) >= boundOf(journey, journey.outputLimit),
    "a hold pays for the output that is asked for",
  );
}

/** The calls upstream of one process, at the end of a step. @param slackMs how late timers may be. @returns how many are read on. */
export function checkCalls(
  journeys: readonly Journey[],
  nowMs: number,
  step: number,
  slackMs: number,
): number {
  for (const journey of journeys) {
    const { call, model, told, signalledAtMs, signalledAtStep, cutAtStep, requestId } = journey;
    if (call === null || call.ending !== null) continue;
    const isAborted = call.abortedAtMs !== null;
    must(cutAtStep === null || isAborted, "a stop ends the calls", () => requestId);
    must(told === null || isAborted, "no call outlives its answer", () => requestId);
    if (journey.stoppedAtStep !== null && !model.drains) {
      must(isAborted, "the end of the reading ends the call", () => requestId);
    }
    if (signalledAtMs === null) continue;
    if (!model.drains) must(isAborted, "a client's leaving ends its call", () => requestId);
    if (journey.mayDrain && signalledAtStep === step && cutAtStep === null) {
      must(!isAborted, "a call is read on where told to", () => requestId);
    }
    const lastMs = signalledAtMs + DRAIN.maxMs + slackMs;
    must(isAborted || nowMs <= lastMs, "a call is read on for a limited time", () => requestId);
  }
  const readOn = journeys.filter((journey) => journey.model.drains && isReadOn(journey));
  must(readOn.length <= DRAIN.maxCalls, "few calls are read on at once");
  return readOn.length;
}

/** What a client is told stands in the books by then. */
export function checkAnswer(journey: Journey, rows: Rows, nowMs: number): void {
  const { told, requestId } = journey;
  if (told === null) return;
  must(
    STATUSES.has(told.status),
    "a client gets an error that is meant for it",
    () => `${requestId} ${told.status}`,
  );
  const record = rows.records.find(({ id }) => id === requestId);
  if (told.status === 409 || told.status === 422) checkKeyRefused(journey, rows);
  if (told.settled === null) {
    const isOpen = rows.holds.some((hold) => hold.requestId === requestId);
    // A failure is told all the same when the database stays away.
    const failedAtMs = journey.call?.endedAtMs ?? journey.plan.atMs;
    const hasWaited = nowMs >= failedAtMs + CLIENT_WAIT_MS;
    must(
      !isOpen || told.status === 503 || hasWaited,
      "a failure is told when it is settled",
      () => requestId,
    );
    return;
  }
  const { chargedMicro, balanceMicro } = told.settled;
  must(
    record?.charged === chargedMicro,
    "what a client is told is on the disk",
    () => `${chargedMicro} ${JSON.stringify(record)}`,
  );
  checkUsage(told, record);
  const entry = rows.entries.find((one) => one.kind === "charge" && one.requestId === requestId);
  if (entry !== undefined) {
    must(entry.balanceAfter === balanceMicro, "the balance told is the charge's");
  }
}

/** A key is refused only where it is another request's. */
function checkKeyRefused({ key, keyWasOf, told, requestId }: Journey, { answers }: Rows): void {
  const row = keyWasOf ?? answerUnder(key, answers);
  must(row !== undefined && row.requestId !== requestId, "only a key that is in use is refused");
  const isSame = row?.bodyHash === key?.bodyHash;
  if (told?.status === 422) must(!isSame, "only another body is refused as one");
  else if (isSame) must(row?.body === null, "an answer that is kept is given");
}

/** A replay is the answer of the request that was charged for it, and of nobody else's. */
export function checkReplay(
  { key, requestId }: Journey,
  replay: Replay,
  first: Journey,
  { answers }: Rows,
): void {
  const row = answers.find((one) => one.requestId === replay.requestId);
  must(first.requestId !== requestId && row !== undefined, "a replay is of another request");
  must(!(row?.body ?? "").includes('"cost":'), "what is kept has no cost of its own");
  must(Bun.deepEquals(first.key, key), "a replay is of the same key, body and account");
  if (first.told?.status !== 200) return;
  must(first.given.join("\n") === replay.body, "a replay is what was given the first time");
}

function checkUsage({ usage }: Told, record: RecordRow | undefined): void {
  if (usage === null) return;
  const recorded = JSON.parse(record?.usageJson ?? "null");
  must(usage.cost === (record?.charged ?? 0) / 1e6, "the usage tells the charge");
  must(usage.prompt_tokens === recorded?.promptTokens, "the usage tells the input");
  must(usage.completion_tokens === recorded?.completionTokens, "the usage tells the output");
  const isEstimate = record?.usageSource === "estimated";
  must(usage.estimated === (isEstimate ? true : undefined), "an estimate is marked");
}

/** A client is not kept waiting by a database that stays away. @param slackMs how late timers may be. */
export function checkPatience(journeys: readonly Journey[], nowMs: number, slackMs: number): void {
  for (const { call, told, leftAtStep, plan, requestId } of journeys) {
    if (call === null || call.ending === null || told !== null || leftAtStep !== null) continue;
    const lastMs = call.endedAtMs + CLIENT_WAIT_MS + plan.client.readDelayMs + slackMs;
    must(nowMs <= lastMs, "a client waits for its settlement for a limited time", () => requestId);
  }
}

/** When all requests of a process are over, nothing of them is left in it. */
export function checkQuiet(process: SimulatedProcess, timeline: Timeline): void {
  const { running } = process.deps;
  must(running.count() === 0, "no call is left running");
  must(running.draining() === 0, "no call counts as read on");
  must(process.waiting() === 0, "no operation waits");
  must(timeline.pending(process.owner) === 0, "no timer is pending");
}
