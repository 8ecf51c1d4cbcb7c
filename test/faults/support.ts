// What every fault has to leave behind: one record, at most one charge, nothing held, the upstream
// let go, one line in the log, and a client that was told the truth.
import { expect } from "bun:test";
import { chatCompletion } from "../../src/http/chat/schema/completion.ts";
import { errorEnvelope } from "../../src/http/chat/schema/error.ts";
import type { RequestRecord } from "../../src/ledger/records.ts";
import { readWire } from "../chat/stream-support.ts";
import { expectBalanced, type House, post, startHouse } from "../money/support.ts";
import type { UpstreamAnswer, UpstreamRequest, WireAnswer } from "../support/raw-upstream.ts";
import type { LogLine, TestServerOptions } from "../support/server.ts";
import { waitUntil, within } from "../support/wait.ts";

type Answer = UpstreamAnswer | WireAnswer;

/** How soon a call whose answer is not wanted any more has to be closed. */
const CLOSED_MS = 5_000;
/** Questions at once. Each is two calls of Bun's client, which makes 256 at once. */
const AT_ONCE = 24;

export interface FaultHouse extends House {
  /** Takes the next question's answer, and gives its tag, by which the upstream knows it. */
  plan(answer: Answer): string;
  /** The calls upstream of this question; more than one would be paid twice. */
  callsOf(tag: string): UpstreamRequest[];
  /** How many questions were asked; each has to have a record. */
  asked(): number;
}

/** A server on a raw upstream that answers each question by its own plan. */
export async function startFaultHouse(
  config: TestServerOptions["config"] = {},
  provider: object = {},
): Promise<FaultHouse> {
  const house = await startHouse(config, provider);
  const plans = new Map<string, { answer: Answer; calls: UpstreamRequest[] }>();
  house.upstream.answer((request) => {
    const plan = plans.get(tagOf(request));
    if (plan === undefined) throw new Error("a call that nobody planned");
    plan.calls.push(request);
    return plan.answer;
  });
  return {
    ...house,
    plan(answer) {
      const tag = `question ${plans.size + 1}`;
      plans.set(tag, { answer, calls: [] });
      return tag;
    },
    callsOf: (tag) => plans.get(tag)?.calls ?? [],
    asked: () => plans.size,
  };
}

function tagOf({ body }: UpstreamRequest): string {
  const { messages } = body as { messages: { content: string }[] };
  return messages[0]?.content ?? "";
}

/** What a client has seen of an answer to its end. */
export interface Outcome {
  tag: string;
  stream: boolean;
  requestId: string;
  /** How long the log was when the question was asked. */
  logFrom: number;
  status: number;
  text: string;
}

export const STREAM = { stream: true };

/**
 * Asks a question that is answered like this, and reads what comes to its end.
 * @param onText is told all text so far with each piece that comes
 */
export async function ask(
  house: FaultHouse,
  answer: Answer,
  body: { stream?: boolean; [field: string]: unknown } = {},
  onText: (text: string) => void = () => {},
): Promise<Outcome> {
  const tag = house.plan(answer);
  const logFrom = house.server.logText().length;
  const response = await post(house, { messages: [{ role: "user", content: tag }], ...body });
  return {
    tag,
    logFrom,
    stream: body.stream === true,
    requestId: response.headers.get("x-request-id") ?? "",
    status: response.status,
    text: await readText(response, onText),
  };
}

async function readText(response: Response, onText: (text: string) => void): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    onText(text);
  }
  return text + decoder.decode();
}

/** Runs a job for 0, 1, … `last`, several at a time, and gives what each came to. */
export async function forEach<T>(
  last: number,
  job: (n: number) => Promise<T>,
  atOnce = AT_ONCE,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    for (let n = next++; n <= last; n = next++) results[n] = await job(n);
  }
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** What becomes of the connection to the provider: closed, free for the next call, or never made. */
type Connection = "closed" | "kept" | "none";

/** What the client was told: all of it, a failure by status, or a failure after its beginning. */
type Told = "complete" | "failed" | "broken";

const TOLD_BY_ENDING: Record<string, Told> = {
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
  expect({ ...outcome, told: toldOf(outcome) }).toMatchObject({
    told: TOLD_BY_ENDING[record.ending],
    status: record.httpStatus,
  });
  expectCharge(house, record);
  return record;
}

function toldOf({ stream, status, text }: Outcome): Told {
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
