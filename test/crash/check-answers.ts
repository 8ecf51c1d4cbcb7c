// What clients were told must be in the books, and what they were given again must not.
import { type Books, rows } from "./books.ts";
import { expectEqual, expectNone } from "./check.ts";
import type { Answers } from "./promises.ts";

interface Found {
  recordMicro: number | null;
  charges: number;
  entryMicro: number;
}

/** Each figure that a client was told is in the record and in one charge; an error or a replay has cost nothing. */
export function checkAnswers(
  books: Pick<Books, "database">,
  { told, refused, replayed }: Answers,
): void {
  const sql = `SELECT r.charged_micro AS recordMicro, COUNT(e.seq) AS charges,
      COALESCE(-SUM(e.amount_micro), 0) AS entryMicro
    FROM (SELECT ?1 AS id) asked LEFT JOIN requests r ON r.id = asked.id
    LEFT JOIN entries e ON e.request_id = asked.id AND e.kind = 'charge'`;
  const query = books.database.sqlite.query<Found, [string]>(sql);
  const find = (id: string): Found => {
    const found = query.get(id);
    if (found === null) throw new Error(`nothing is known of ${id}`);
    return found;
  };
  for (const [id, micro] of told) {
    const wanted = { recordMicro: micro, charges: micro === 0 ? 0 : 1, entryMicro: micro };
    expectEqual(`answered ${id}`, JSON.stringify(find(id)), JSON.stringify(wanted));
  }
  for (const id of refused) {
    const { recordMicro, charges } = find(id);
    expectEqual(`charge of refused ${id}`, (recordMicro ?? 0) + charges, 0);
  }
  for (const id of replayed) {
    const { recordMicro, charges } = find(id);
    expectEqual(`record of replay ${id}`, recordMicro, null);
    expectEqual(`charges of replay ${id}`, charges, 0);
  }
}

/** Nothing that is kept under a key is in progress, and what is kept belongs to a request with a whole answer. */
export function checkKept(books: Pick<Books, "database">): void {
  const sql = `SELECT a.request_id AS id FROM answers a LEFT JOIN requests r ON r.id = a.request_id
    WHERE a.ended_at_ms IS NULL OR a.body IS NULL OR r.ending NOT IN ('completed', 'drained')
      OR r.ending IS NULL`;
  expectNone(
    "keys without a whole answer",
    rows<{ id: string }>(books, sql).map(({ id }) => id),
  );
}
