// What clients were told must be in the books, and what they were given again must not.
import { type Books, rows } from "./books.ts";
import { expectEqual, expectNone } from "./check.ts";
import type { Answers } from "./promises.ts";

interface Charged {
  charges: number;
  entryMicro: number;
}

interface Found extends Charged {
  recordMicro: number | null;
}

/** Each figure that a client was told is in the record and in one charge; an error or a replay has cost nothing. */
export function checkAnswers(
  books: Pick<Books, "database">,
  { told, refused, replayed }: Answers,
): void {
  const record = books.database.sqlite.query<{ recordMicro: number }, [string]>(
    "SELECT charged_micro AS recordMicro FROM requests WHERE id = ?",
  );
  const charged = chargesByRequest(books);
  const find = (id: string): Found => ({
    recordMicro: record.get(id)?.recordMicro ?? null,
    ...(charged.get(id) ?? { charges: 0, entryMicro: 0 }),
  });
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

/** Read at once: no index of the entries is by request, and the whole run's answers are many. */
function chargesByRequest(books: Pick<Books, "database">): Map<string, Charged> {
  const sql = `SELECT request_id AS id, COUNT(*) AS charges, -SUM(amount_micro) AS entryMicro
    FROM entries WHERE kind = 'charge' GROUP BY request_id`;
  return new Map(
    rows<Charged & { id: string }>(books, sql).map(({ id, ...charged }) => [id, charged]),
  );
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
