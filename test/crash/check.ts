// What must hold after every restart, whatever the crash met.
import { verifyBooks } from "../support/ledger.ts";
import { type Books, rows } from "./books.ts";
import type { OperatorEntry, Promises } from "./promises.ts";
import type { UpstreamCall } from "./upstream.ts";

/** What one cycle leaves for the next one's checks. */
export interface Watermark {
  /** Records of before, which never change any more. */
  records: number;
  chargedMicro: number;
  /** Usage that the upstream reported and no record has claimed, by `prompt/completion`. */
  unclaimed: Map<string, number>;
  /** The requests with a whole answer, by the same counts: each order of the run has its own. */
  whole: Map<string, string>;
  /** How many calls reached the upstream so far. */
  calls: number;
}

export const newWatermark = (): Watermark => ({
  records: 0,
  chargedMicro: 0,
  unclaimed: new Map(),
  whole: new Map(),
  calls: 0,
});

type Counts = { promptTokens: number; completionTokens: number };

/** The name of an order in what is reported and recorded of it. */
export const countsKey = ({ promptTokens, completionTokens }: Counts): string =>
  `${promptTokens}/${completionTokens}`;

interface RecordRow {
  id: string;
  ending: string;
  source: string;
  usageJson: string | null;
  chargedMicro: number;
}

/**
 * Checks all books, and what is new in them since the last time.
 * @throws Error that says what is wrong.
 */
export function checkBooks(
  books: Books,
  promises: Promises,
  mark: Watermark,
  calls: UpstreamCall[],
): void {
  const report = verifiedReport(books);
  expectEqual("open holds", report.openHolds, 0);
  expectEqual("held", report.heldMicro, 0);
  const { grantedMicro, refundedMicro, adjustedMicro, chargedMicro } = report;
  const wanted = grantedMicro + refundedMicro + adjustedMicro - chargedMicro;
  expectEqual("balance", report.balanceMicro, wanted);
  checkOldRecords(books, mark);
  checkCalls(books, mark, calls);
  checkEntries(books, promises);
  checkKeys(books, promises);
  mark.records = report.requests;
  mark.chargedMicro = report.chargedMicro;
}

/** What the books say of themselves, once nothing is wrong with them. */
export function verifiedReport({ ledger }: Pick<Books, "ledger">) {
  const report = verifyBooks(ledger);
  expectNone(
    "discrepancies",
    report.discrepancies.map(({ rule, detail }) => `${rule}: ${detail}`),
  );
  return report;
}

/** What was on record by the watermark has not changed. */
export function checkOldRecords(
  books: Pick<Books, "database">,
  { records, chargedMicro }: Watermark,
): void {
  const sql = `SELECT COUNT(*) AS records, COUNT(DISTINCT id) AS ids,
    COALESCE(SUM(charged_micro), 0) AS chargedMicro FROM requests WHERE rowid <= ?`;
  const [old] = rows(books, sql, records);
  expectEqual(
    "earlier records",
    JSON.stringify(old),
    JSON.stringify({ records, ids: records, chargedMicro }),
  );
}

/** Nothing goes upstream without a hold that left a record, and no usage is charged twice. */
function checkCalls(books: Books, mark: Watermark, calls: UpstreamCall[]): void {
  mark.calls += calls.length;
  for (const call of calls) {
    const used = countsKey(call);
    if (call.reported) mark.unclaimed.set(used, (mark.unclaimed.get(used) ?? 0) + 1);
  }
  const fresh = rows<RecordRow>(
    books,
    `SELECT id, ending, usage_source AS source, usage_json AS usageJson, charged_micro AS chargedMicro
      FROM requests WHERE rowid > ?`,
    mark.records,
  );
  for (const { id, ending, source, usageJson, chargedMicro } of fresh) {
    if (ending === "abandoned") expectEqual(`charge of abandoned ${id}`, chargedMicro, 0);
    if (source !== "reported" || usageJson === null) continue;
    const used = countsKey(JSON.parse(usageJson));
    const left = mark.unclaimed.get(used) ?? 0;
    if (left === 0) throw new Error(`${id} has usage ${used}, which the provider never reported`);
    mark.unclaimed.set(used, left - 1);
    if (WHOLE_ENDINGS.has(ending)) noteWhole(mark, used, id);
  }
  const records = mark.records + fresh.length;
  if (mark.calls > records) {
    throw new Error(`${mark.calls} requests went upstream, and ${records} are on record`);
  }
}

const WHOLE_ENDINGS = new Set(["completed", "drained"]);

/** However often a request came under its key, it has one whole answer, which is charged. */
function noteWhole({ whole }: Watermark, used: string, id: string): void {
  const other = whole.get(used);
  if (other !== undefined) throw new Error(`${id} has the whole answer that ${other} has`);
  whole.set(used, id);
}

/** An entry that was acknowledged is there once, any other at most once, and nothing else is. */
function checkEntries(books: Pick<Books, "database">, { entries }: Promises): void {
  const found = new Map(operatorEntries(books).map((row) => [row.note, row]));
  for (const [note, row] of found) {
    expectEqual(`times of ${note}`, row.times, 1);
    expectEqual(`entry ${note}`, entryText(row), entryText(entries.get(note)));
  }
  const lost = [...entries].filter(
    ([note, { isAcknowledged }]) => isAcknowledged && !found.has(note),
  );
  expectNone(
    "lost entries",
    lost.map(([note]) => note),
  );
}

type EntryRow = Omit<OperatorEntry, "isAcknowledged"> & { note: string; times: number };

/** The entries that an operator made, by their notes, which are unique. */
export const operatorEntries = (books: Pick<Books, "database">): EntryRow[] =>
  rows<EntryRow>(
    books,
    `SELECT note, kind, request_id AS requestId, COUNT(*) AS times, SUM(amount_micro) AS amountMicro
      FROM entries WHERE kind <> 'charge' AND note NOT LIKE 'with the key %' GROUP BY note`,
  );

const entryText = (entry: Omit<OperatorEntry, "isAcknowledged"> | undefined): string =>
  entry === undefined
    ? "none"
    : `${entry.kind} of ${entry.amountMicro}, request ${entry.requestId ?? "none"}`;

function checkKeys({ keyring }: Books, { keys, revoked }: Promises): void {
  const stored = new Map(keyring.listKeys().map((key) => [key.id, key]));
  const lost = keys.filter(({ id }) => stored.get(id)?.revokedAtMs !== null);
  expectNone(
    "keys that were made and are not there",
    lost.map(({ id }) => id),
  );
  const open = revoked.filter(({ id }) => typeof stored.get(id)?.revokedAtMs !== "number");
  expectNone(
    "keys that were revoked and are open",
    open.map(({ id }) => id),
  );
}

/** Every hold that was open when the server died was released by this start, which says so. */
export function checkReleased(books: Books, left: string[], log: string): void {
  const said = releasedIn(log);
  expectEqual("released holds in the log", said.join(" "), left.join(" "));
  for (const id of left) {
    expectEqual(`ending of ${id}`, books.ledger.findRecord(id)?.ending, "abandoned");
  }
}

/** The requests whose holds a server's log says it released. */
export function releasedIn(log: string): string[] {
  const line = log.split("\n").find((text) => text.includes('"released abandoned holds"'));
  return line === undefined ? [] : (JSON.parse(line) as { requestIds: string[] }).requestIds;
}

export function expectEqual(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}

export function expectNone(what: string, found: string[]): void {
  if (found.length > 0) throw new Error(`${what}: ${found.join("; ")}`);
}
