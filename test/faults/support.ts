// What every fault has to leave behind: one record, at most one charge, nothing held, the upstream
// let go, one line in the log, and a client that was told the truth.
import { expect } from "bun:test";
import { chatCompletion } from "../../src/http/endpoints/chat-completions/schema/completion.ts";
import { errorEnvelope } from "../../src/http/openapi/error-schema.ts";
import type { RequestRecord } from "../../src/ledger/port.ts";
import { readWire } from "../chat/stream-support.ts";
import { expectBalanced, type House } from "../money/support.ts";
import type { LogLine } from "../support/server.ts";
import { waitUntil, within } from "../support/wait.ts";
import type { FaultHouse, Outcome } from "./house.ts";

/** How soon a call whose answer is not wanted any more has to be closed. */
const CLOSED_MS = 5_000;

/** What becomes of the connection to the provider: closed, free for the next call, or never made. */
type Connection = "closed" | "kept" | "none";

/** What the client was shown: all of it, a failure by status, or a failure after its beginning. */
type Shown = "complete" | "failed" | "broken";

const SHOWN_BY_ENDING: Record<string, Shown> = {
  completed: "complete",
  upstream_failed: "failed",
  upstream_interrupted: "broken",
};

/** The whole check of one question; gives its record, for what else a test wants of it. */
export async function expectSound(
  house: FaultHouse,
  outcome: Outcome,
  connection: Connection = "closed",
): Promise<RequestRecord> {
  const [record] = await expectAllSound(house, [outcome], connection);
  if (record === undefined) throw new Error("no record");
  return record;
}

/** The same for many questions that were asked at once: the books are checked after all. */
export async function expectAllSound(
  house: FaultHouse,
  outcomes: Outcome[],
  connection: Connection = "closed",
): Promise<RequestRecord[]> {
  const { server } = house;
  await waitUntil(() => server.gateway.inProgress() === 0, "all requests settled");
  const logged = loggedEndings(house, Math.min(...outcomes.map(({ logFrom }) => logFrom)));
  const records: RequestRecord[] = [];
  for (const outcome of outcomes) {
    const record = expectTruth(house, outcome);
    expect(logged.get(record.id)).toEqual([record.ending]);
    await expectLetGo(house, outcome.tag, connection);
    records.push(record);
  }
  expectBooks(house);
  return records;
}

/** The record says what the client was told, and its charge is in the books. */
function expectTruth(house: FaultHouse, outcome: Outcome): RequestRecord {
  const record = house.server.ledger.findRecord(outcome.requestId);
  if (record === undefined) throw new Error(`no record of ${JSON.stringify(outcome)}`);
  expect({ ...outcome, shown: shownOf(outcome) }).toMatchObject({
    shown: SHOWN_BY_ENDING[record.ending],
    status: record.httpStatus,
  });
  expectCharge(house, record);
  return record;
}

function shownOf({ stream, status, text }: Outcome): Shown {
  if (status !== 200) {
    errorEnvelope.parse(JSON.parse(text));
    return "failed";
  }
  if (!stream) {
    chatCompletion.parse(JSON.parse(text));
    return "complete";
  }
  const wire = readWire(text);
  if (wire.isDone) {
    expect(wire.errors).toEqual([]);
    expect(wire.frames.at(-1)).toBe("data: [DONE]");
    return "complete";
  }
  expect(wire.errors).toHaveLength(1);
  errorEnvelope.parse(wire.errors[0]);
  expect(wire.frames.at(-1)).toStartWith('data: {"error":');
  return "broken";
}

/** At most one charge, which is the record's; `ledger.verify()` holds that there is nothing else. */
export function expectCharge({ server }: House, record: RequestRecord): void {
  const charges = server.database.sqlite
    .query<{ amount_micro: number }, [string]>(
      "SELECT amount_micro FROM entries WHERE request_id = ? AND kind = 'charge'",
    )
    .all(record.id);
  expect(charges).toEqual(
    record.chargedMicro === 0 ? [] : [{ amount_micro: -record.chargedMicro }],
  );
}

/** One line says how it ended, and it says what the record does. */
export function expectLogged(house: House, { id, ending }: RequestRecord, from = 0): void {
  expect(loggedEndings(house, from).get(id)).toEqual([ending]);
}

/** How each request ended, by the log's lines after this place in its text. */
function loggedEndings({ server }: House, from: number): Map<string, unknown[]> {
  const endings = new Map<string, unknown[]>();
  for (const line of server.logText().slice(from).split("\n")) {
    if (!line.includes('"msg":"request ended"')) continue;
    const { requestId = "", ending } = JSON.parse(line) as LogLine;
    endings.set(requestId, [...(endings.get(requestId) ?? []), ending]);
  }
  return endings;
}

/** One call upstream, not two; its connection is gone soon, unless its answer came to its end. */
async function expectLetGo(house: FaultHouse, tag: string, connection: Connection): Promise<void> {
  const calls = house.callsOf(tag);
  expect(calls).toHaveLength(connection === "none" ? 0 : 1);
  if (connection !== "closed") return;
  await within(calls[0]?.closed ?? Promise.reject(), `the call of ${tag} closed`, CLOSED_MS);
}

/** Every question has one record, nothing is held, and every rule of the books holds. */
export function expectBooks(house: FaultHouse): void {
  expectBalanced(house);
  expect(house.server.ledger.verify().requests).toBe(house.asked());
}
