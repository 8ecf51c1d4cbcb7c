// `aacflow credits history`: the ledger's entries, newest first, page by page.
import type { Command } from "commander";
import { formatCredits } from "../../base/micro.ts";
import { creditHistory, type NamedEntry } from "../../operator/credits.ts";
import { withStore } from "../../operator/installation.ts";
import { contextOf } from "../lib/context.ts";
import { readName, readPageSize, readSequence } from "../lib/options.ts";
import { printJson, printLines } from "../lib/output.ts";
import { tableLines } from "../lib/table.ts";
import { isoTime, shortTime } from "../lib/time.ts";

const PAGE_SIZE = 50;

interface HistoryOptions {
  account?: string;
  limit: number;
  before?: number;
}

export function addCreditsHistory(credits: Command): void {
  credits
    .command("history")
    .description("show the ledger, newest entries first")
    .option("--account <account>", "only this account", readName)
    .option("--limit <count>", "entries on a page", readPageSize, PAGE_SIZE)
    .option("--before <seq>", "only entries older than this one: the next page", readSequence)
    .action(async (options: HistoryOptions, command: Command) => {
      const context = contextOf(command);
      const { account = null, limit, before = null } = options;
      const { entries, nextBefore } = await withStore(context, (store) =>
        creditHistory(store, { account, limit, before }),
      );
      if (context.json) printJson({ entries: entries.map(toJson), next_before: nextBefore });
      else printLines(toLines(entries, nextBefore));
    });
}

const toJson = (entry: NamedEntry) => ({
  seq: entry.seq,
  created_at: isoTime(entry.createdAtMs),
  account: entry.account,
  kind: entry.kind,
  amount: formatCredits(entry.amountMicro),
  balance_after: formatCredits(entry.balanceAfterMicro),
  request_id: entry.requestId,
  note: entry.note,
});

function toLines(entries: readonly NamedEntry[], nextBefore: number | null): string[] {
  const rows = entries.map((entry) => [
    String(entry.seq),
    shortTime(entry.createdAtMs),
    entry.account,
    entry.kind,
    formatCredits(entry.amountMicro),
    formatCredits(entry.balanceAfterMicro),
    // A refund has both: the request it gives back, and why.
    [entry.requestId, entry.note].filter((text) => text !== null).join(" "),
  ]);
  const lines = tableLines(
    [
      { title: "SEQ", align: "right" },
      { title: "TIME" },
      { title: "ACCOUNT" },
      { title: "KIND" },
      { title: "AMOUNT", align: "right" },
      { title: "BALANCE", align: "right" },
      { title: "REQUEST, NOTE" },
    ],
    rows,
  );
  return nextBefore === null ? lines : [...lines, `Older entries: --before ${nextBefore}`];
}
