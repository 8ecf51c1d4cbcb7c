// The rules of the books, checked from the rows after every step and inside of every transaction.

import type { IdempotencyKey } from "../../src/idempotency/answers.ts";
import { MAX_ANSWER_BYTES } from "./house.ts";
import { type Journey, must } from "./journey.ts";
import { costOf, isHonest, verdicts } from "./oracle.ts";
import type { AccountRow, RecordRow, Rows } from "./rows.ts";

/** What is committed adds up, and nothing that stood before has changed. */
export function checkBooks(before: Rows, now: Rows): void {
  for (const account of now.accounts) checkAccount(account, now);
  for (const [index, entry] of before.entries.entries()) {
    must(Bun.deepEquals(entry, now.entries[index]), "an entry is never changed");
  }
  for (const [index, record] of before.records.entries()) {
    must(Bun.deepEquals(record, now.records[index]), "a record is never changed");
  }
  const ended = new Set(now.records.map(({ id }) => id));
  must(ended.size === now.records.length, "a request has one record");
  for (const hold of now.holds) {
    must(
      !ended.has(hold.requestId),
      "no request is both ended and in progress",
      () => hold.requestId,
    );
  }
  checkCharges(now);
}

/** An idempotency key is in use exactly as long as its request is, and is kept with a whole answer. */
export function checkKeys(
  { answers, holds, records }: Rows,
  keyOf: (requestId: string) => IdempotencyKey | null,
): void {
  const open = new Set(holds.map(({ requestId }) => requestId));
  const whole = new Set(
    records
      .filter(({ ending }) => ending === "completed" || ending === "drained")
      .map(({ id }) => id),
  );
  const rows = new Set<string>();
  for (const { requestId, endedAtMs, body, accountId, keyHash, bodyHash } of answers) {
    rows.add(requestId);
    const isRight = endedAtMs === null ? open.has(requestId) : whole.has(requestId);
    must(isRight, "a key in progress has its hold, a kept one its answer", () => requestId);
    must(body === null || body.length <= MAX_ANSWER_BYTES, "a long answer is not kept");
    const key = { accountId, keyHash, bodyHash };
    must(Bun.deepEquals(keyOf(requestId), key), "a key is its request's");
  }
  for (const requestId of [...open, ...whole]) {
    must(
      keyOf(requestId) === null || rows.has(requestId),
      "a request under a key has it until it fails",
      () => requestId,
    );
  }
}

function checkAccount({ id, balance, held }: AccountRow, now: Rows): void {
  let sum = 0;
  for (const entry of now.entries) {
    if (entry.accountId !== id) continue;
    sum += entry.amount;
    must(entry.balanceAfter === sum, "an entry's balance follows from the one before");
    const isRight = entry.kind === "charge" ? entry.amount < 0 : entry.amount > 0;
    must(entry.kind === "adjustment" || isRight, "an entry has its sign");
  }
  must(balance === sum, "the balance is the sum of the entries", () => `${balance} ${sum}`);
  let open = 0;
  for (const hold of now.holds) if (hold.accountId === id) open += hold.amount;
  must(held === open, "what is held is the sum of the open holds", () => `${held} ${open}`);
  must(held >= 0 && held <= balance, "0 <= held <= balance", () => `${held} ${balance}`);
}

function checkCharges({ entries, records }: Rows): void {
  const charges = new Map<string | null, number>();
  for (const { kind, requestId, amount } of entries) {
    if (kind !== "charge") continue;
    must(!charges.has(requestId), "a request has one charge", () => String(requestId));
    charges.set(requestId, -amount);
  }
  for (const { id, charged } of records) {
    must((charges.get(id) ?? 0) === charged, "a record and its charge agree", () => id);
    charges.delete(id);
  }
  must(charges.size === 0, "each charge has a record");
  for (const { id, charged, accountId } of records) {
    const refunds = entries.filter(({ kind, requestId }) => kind === "refund" && requestId === id);
    const total = refunds.reduce((sum, { amount }) => sum + amount, 0);
    must(total <= charged, "no more is given back than was charged", () => id);
    must(
      refunds.every((refund) => refund.accountId === accountId),
      "a refund is the payer's",
    );
  }
}

/** A record that has just been committed is right for what was seen of its request. */
export function judgeRecord(
  journey: Journey,
  record: RecordRow,
  isProcessGone: boolean,
  nowMs: number,
): void {
  must(record.accountId === journey.accountId, "the record is the payer's");
  must(record.stream === Number(journey.plan.stream), "the record says whether it was a stream");
  if (record.ending === "abandoned") {
    must(isProcessGone, "only what a killed process left is abandoned");
    must(record.charged === 0 && record.usageJson === null, "what is abandoned costs nothing");
    return;
  }
  const right = verdicts(journey).find(
    (verdict) =>
      verdict.ending === record.ending &&
      verdict.status === record.httpStatus &&
      verdict.source === record.usageSource &&
      Bun.deepEquals(verdict.usage, JSON.parse(record.usageJson ?? "null")),
  );
  const told = () => `${JSON.stringify(record)}, not one of ${JSON.stringify(verdicts(journey))}`;
  must(right !== undefined, "the ending and its usage are what was seen", told);
  checkFacts(journey, record, nowMs);
  const usage = right?.usage ?? null;
  const cost = costOf(journey, usage);
  const billed = record.usageSource === "estimated" ? Math.min(cost, record.held) : cost;
  must(
    record.charged + record.shortfall === billed,
    "the charge is the cost, an estimate's within its hold",
    () => `${billed} ${JSON.stringify(record)}`,
  );
  must(record.unbilled === cost - billed, "what an estimate came to beyond is noted");
  if (usage !== null && isHonest(journey, usage, journey.outputLimit)) {
    must(billed <= record.held && record.shortfall === 0, "a hold covers what it is for");
  }
  const pinned = record.priceJson === null ? null : JSON.parse(record.priceJson).price;
  must(Bun.deepEquals(pinned, journey.price), "the price is the one at the request's arrival");
}

/** What a record says beside the money. */
function checkFacts(journey: Journey, record: RecordRow, nowMs: number): void {
  const { call, plan, heldShownMicro, startedMs } = journey;
  const { errorCode, firstEventMs, durationMs } = record;
  const { end } = plan.script;
  const code = end === "hang" ? "upstream_timeout" : end === "fail" ? "upstream_error" : null;
  const isUnbroken = ["completed", "drained", "client_left_early"].includes(record.ending);
  if (isUnbroken) must(errorCode === null, "what did not fail has no error");
  if (record.ending.startsWith("upstream_")) {
    const isRefused = call?.ending === "refused";
    must(errorCode === (isRefused ? "upstream_busy" : code), "a failure has its code");
  }
  const isCut = call !== null && call.abortedAtMs !== null;
  if (record.ending === "client_left") {
    const failed = call?.ending === "failed" && !isCut;
    must(errorCode === (failed ? code : null), "a failure without a client has its code");
  }
  must(heldShownMicro === null || heldShownMicro === record.held, "the hold told is the record's");
  const isAnswered = call !== null && (call.ending === "ended" || (call.stream && call.given > 0));
  must((firstEventMs !== null) === isAnswered, "the first event is timed");
  const isInOrder =
    durationMs !== null &&
    (firstEventMs ?? 0) >= 0 &&
    durationMs >= (firstEventMs ?? 0) &&
    durationMs <= nowMs - startedMs;
  must(isInOrder, "durations do not depend on the wall clock", () => JSON.stringify(record));
}
