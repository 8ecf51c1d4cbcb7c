// What is known of one request from its three sides: the client, the upstream, the books.
import { type BookClass, classOf } from "../classes.ts";
import type { Outcome } from "../load/run-load.ts";
import { type Plan, planOf } from "../plan.ts";
import type { Tally } from "../upstream/tally.ts";
import type { Tallies } from "../upstream-process.ts";
import type { LedgerRows, RecordRow } from "./ledger-rows.ts";

/** A request that a client sent. */
export interface SentCase {
  plan: Plan;
  outcome: Outcome;
  tally: Tally | null;
  record: RecordRow | null;
}

/** A record in the books; which request it was is not known where the client left before its id came. */
export interface RecordCase {
  book: BookClass;
  record: RecordRow;
  sent: SentCase | null;
}

export interface Evidence {
  sent: SentCase[];
  records: RecordCase[];
  tallies: Tallies;
  ledger: LedgerRows;
}

export function gather(
  seed: number,
  outcomes: readonly Outcome[],
  tallies: Tallies,
  ledger: LedgerRows,
): Evidence {
  const byId = new Map(ledger.records.map((record) => [record.id, record]));
  const sent = outcomes.map(
    (outcome): SentCase => ({
      plan: planOf(seed, outcome.index),
      outcome,
      tally: tallies.byIndex.get(outcome.index) ?? null,
      record: byId.get(outcome.requestId ?? "") ?? null,
    }),
  );
  const sentById = new Map(sent.map((one) => [one.outcome.requestId, one]));
  const records = ledger.records.map(
    (record): RecordCase => ({
      record,
      book: classOf(record.model),
      sent: sentById.get(record.id) ?? null,
    }),
  );
  return { sent, records, tallies, ledger };
}
