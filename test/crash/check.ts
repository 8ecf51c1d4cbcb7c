// What must hold after every restart, whatever the crash met.
import { type Books, rows } from "./books.ts";
import type { Promises } from "./promises.ts";
import type { UpstreamCall } from "./upstream.ts";

/** What one cycle leaves for the next one's checks. */
export interface Watermark {
  /** Records of before, which never change any more. */
  records: number;
  chargedMicro: number;
  /** Usage that the upstream reported and no record has claimed, by `prompt/completion`. */
  unclaimed: Map<string, number>;
  /** All requests that reached the upstream so far. */
  tags: Set<string>;
}

export const newWatermark = (): Watermark => ({
  records: 0,
  chargedMicro: 0,
  unclaimed: new Map(),
  tags: new Set(),
});

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
  const report = books.ledger.verify();
  expectNone(
    "discrepancies",
    report.discrepancies.map(({ rule, detail }) => `${rule}: ${detail}`),
  );
  expectEqual("open holds", report.openHolds, 0);
  expectEqual("held", report.heldMicro, 0);
  const { grantedMicro, chargedMicro } = report;
  expectEqual("balance", report.balanceMicro, grantedMicro - chargedMicro);
  checkOldRecords(books, mark);
  checkCalls(books, mark, calls);
  checkGrants(books, promises);
  checkKeys(books, promises);
  mark.records = report.requests;
  mark.chargedMicro = report.chargedMicro;
}

function checkOldRecords(books: Books, { records, chargedMicro }: Watermark): void {
  const sql = `SELECT COUNT(*) AS records, COUNT(DISTINCT id) AS ids,
    COALESCE(SUM(charged_micro), 0) AS chargedMicro FROM requests WHERE rowid <= ?`;
  const [old] = rows(books, sql, records);
  expectEqual(
    "earlier records",
    JSON.stringify(old),
    JSON.stringify({ records, ids: records, chargedMicro }),
  );
}

/** Nothing goes upstream without a deposit that left a record, and no usage is charged twice. */
function checkCalls(books: Books, mark: Watermark, calls: UpstreamCall[]): void {
  const key = (tokens: { promptTokens: number; completionTokens: number }) =>
    `${tokens.promptTokens}/${tokens.completionTokens}`;
  for (const call of calls) {
    mark.tags.add(call.tag);
    if (call.reported) mark.unclaimed.set(key(call), (mark.unclaimed.get(key(call)) ?? 0) + 1);
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
    const used = key(JSON.parse(usageJson));
    const left = mark.unclaimed.get(used) ?? 0;
    if (left === 0) throw new Error(`${id} has usage ${used}, which the provider never reported`);
    mark.unclaimed.set(used, left - 1);
  }
  const records = mark.records + fresh.length;
  if (mark.tags.size > records) {
    throw new Error(`${mark.tags.size} requests went upstream, and ${records} are on record`);
  }
}

/** Each figure that a client was told is in the record and in one charge; an error has cost nothing. */
export function checkAnswers(
  books: Books,
  { told, refused }: Pick<Promises, "told" | "refused">,
): void {
  const sql = `SELECT r.charged_micro AS recordMicro, COUNT(e.seq) AS charges,
      COALESCE(-SUM(e.amount_micro), 0) AS entryMicro
    FROM requests r LEFT JOIN entries e ON e.request_id = r.id WHERE r.id = ?`;
  const find = books.database.sqlite.query(sql);
  for (const [id, micro] of told) {
    const found = JSON.stringify(find.get(id));
    const wanted = { recordMicro: micro, charges: micro === 0 ? 0 : 1, entryMicro: micro };
    expectEqual(`answered ${id}`, found, JSON.stringify(wanted));
  }
  for (const id of refused) {
    const found = find.get(id) as { recordMicro: number | null; charges: number };
    expectEqual(`charge of refused ${id}`, (found.recordMicro ?? 0) + found.charges, 0);
  }
}

/** A grant that was acknowledged is there once, any other at most once, and nothing else is. */
function checkGrants(books: Books, { grants }: Promises): void {
  const sql = `SELECT note, COUNT(*) AS times, SUM(amount_micro) AS amountMicro FROM entries
    WHERE kind = 'grant' AND note NOT LIKE 'with the key %' GROUP BY note`;
  const found = new Map(
    rows<{ note: string; times: number; amountMicro: number }>(books, sql).map((row) => [
      row.note,
      row,
    ]),
  );
  for (const [note, { times, amountMicro }] of found) {
    expectEqual(`times of grant ${note}`, times, 1);
    expectEqual(`amount of grant ${note}`, amountMicro, grants.get(note)?.amountMicro);
  }
  const lost = [...grants].filter(([note, grant]) => grant.isAcknowledged && !found.has(note));
  expectNone(
    "lost grants",
    lost.map(([note]) => note),
  );
}

function checkKeys({ keyring }: Books, { keys, revoked }: Promises): void {
  const stored = new Map(keyring.list().map((key) => [key.id, key]));
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

/** Every deposit that was open when the server died was released by this start, which says so. */
export function checkReleased(books: Books, left: string[], log: string): void {
  const said = releasedIn(log);
  expectEqual("released deposits in the log", said.join(" "), left.join(" "));
  for (const id of left) {
    expectEqual(`ending of ${id}`, books.ledger.findRecord(id)?.ending, "abandoned");
  }
}

/** The requests whose deposits a server's log says it released. */
export function releasedIn(log: string): string[] {
  const line = log.split("\n").find((text) => text.includes('"released abandoned deposits"'));
  return line === undefined ? [] : (JSON.parse(line) as { requestIds: string[] }).requestIds;
}

export function expectEqual(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}

function expectNone(what: string, found: string[]): void {
  if (found.length > 0) throw new Error(`${what}: ${found.join("; ")}`);
}
