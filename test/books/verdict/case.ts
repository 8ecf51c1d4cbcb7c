// What is known of one request from its three sides: the client, the upstream, the books.
import { type BookClass, classOf } from "../classes.ts";
import type { Outcome } from "../load/run-load.ts";
import { type Plan, planOf } from "../plan.ts";
import type { Usage } from "../price.ts";
import type { Tally } from "../upstream/tally.ts";
import type { Tallies } from "../upstream-process.ts";
import type { LedgerRows, RecordRow } from "./ledger-rows.ts";

/** A request that a client sent. */
export interface SentCase {
  plan: Plan;
  outcome: Outcome;
  tally: Tally | null;
  record: RecordRow | null;
  /** The record of the same request the second time: there is to be none. */
  againRecord: RecordRow | null;
}

/** A record in the books; which request it was is not known where the client left before its id came. */
export interface RecordCase {
  book: BookClass;
  record: RecordRow;
  sent: SentCase | null;
  /** What the upstream reported of it. Where its request is not known, that of one of its class with this usage. */
  reported: Usage | null;
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
      againRecord: byId.get(outcome.again?.requestId ?? "") ?? null,
    }),
  );
  const sentById = new Map(sent.map((one) => [one.outcome.requestId, one]));
  const unclaimed = unclaimedReports(sent);
  const records = ledger.records.map((record): RecordCase => {
    const one = sentById.get(record.id) ?? null;
    const reported = one === null ? claim(unclaimed, record) : (one.tally?.reported ?? null);
    return { record, book: classOf(record.model), sent: one, reported };
  });
  return { sent, records, tallies, ledger };
}

type Reports = Map<string, Usage[]>;

const reportKey = (model: string, usage: Usage): string => {
  const { input, cached, written, written1h, output, reasoning } = usage;
  return JSON.stringify([model, input, cached, written, written1h, output, reasoning]);
};

/** Reports of requests whose clients never learnt an id. */
function unclaimedReports(sent: readonly SentCase[]): Reports {
  const reports: Reports = new Map();
  for (const { outcome, tally } of sent) {
    const usage = tally?.reported ?? null;
    if (outcome.requestId !== null || tally === null || usage === null) continue;
    const key = reportKey(tally.model, usage);
    reports.set(key, [...(reports.get(key) ?? []), usage]);
  }
  return reports;
}

/** Each report is that of one record only. */
const claim = (reports: Reports, { model, usage }: RecordRow): Usage | null =>
  usage === null ? null : (reports.get(reportKey(model, usage))?.pop() ?? null);
