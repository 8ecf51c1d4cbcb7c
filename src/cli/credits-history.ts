// `aacflow credits history`: the ledger's entries, newest first, page by page.
import type { Command } from "commander";
import { formatCredits } from "../base/micro.ts";
import type { Entry } from "../ledger/records.ts";
import { accountByName, type Books, withBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { isoTime, shortTime } from "./key-view.ts";
import { readName, readPageSize, readSequence } from "./options.ts";
import { printJson, printLines } from "./output.ts";
import { tableLines } from "./table.ts";

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
    .action((options: HistoryOptions, command: Command) => {
      const context = contextOf(command);
      const { entries, nextBefore } = withBooks(context, (books) => readPage(books, options));
      if (context.json) printJson({ entries: entries.map(toJson), next_before: nextBefore });
      else printLines(toLines(entries, nextBefore));
    });
}

function readPage({ ledger }: Books, options: HistoryOptions) {
  const names = new Map(ledger.listAccounts().map(({ id, name }) => [id, name]));
  const { account, limit, before = null } = options;
  const accountId = account === undefined ? null : accountByName(ledger, account).id;
  const page = ledger.history({ accountId, limit, before });
  const entries = page.entries.map((entry) => ({
    ...entry,
    account: names.get(entry.accountId) ?? entry.accountId,
  }));
  return { entries, nextBefore: page.nextBefore };
}

type NamedEntry = Entry & { account: string };

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
