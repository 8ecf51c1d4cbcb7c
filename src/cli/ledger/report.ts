// `aacflow ledger report`: how requests ended, what was written off, and what moved the balances.
import type { Command } from "commander";
import type { LedgerReport, Tally } from "../../ledger/report.ts";
import { reportOnBooks } from "../../operator/books.ts";
import { withStore } from "../../operator/installation.ts";
import { sumText } from "../lib/amount.ts";
import { contextOf } from "../lib/context.ts";
import { readSince } from "../lib/options.ts";
import { printJson, printLines } from "../lib/output.ts";
import { type Column, tableLines } from "../lib/table.ts";
import { isoTime, shortTime } from "../lib/time.ts";

export function addLedgerReport(ledger: Command): void {
  ledger
    .command("report")
    .description("sum up how requests ended, what was written off and what moved the balances")
    .option("--since <time>", "30d, 12h, 45m ago, or a date in UTC (default: all)", readSince)
    .action(async ({ since = null }: { since?: number | null }, command: Command) => {
      const context = contextOf(command);
      const report = await withStore(context, (store) => reportOnBooks(store, since));
      if (context.json) printJson(toJson(report));
      else printLines(toLines(report));
    });
}

const charged = ({ requests, amountMicro }: Tally) => ({
  requests,
  charged: sumText(amountMicro),
});

const amounted = ({ requests, amountMicro }: Tally) => ({
  requests,
  amount: sumText(amountMicro),
});

function toJson(report: LedgerReport) {
  return {
    since: report.sinceMs === null ? null : isoTime(report.sinceMs),
    endings: Object.fromEntries(report.endings.map(({ ending, ...of }) => [ending, charged(of)])),
    ended: charged(report.ended),
    estimated: charged(report.estimated),
    shortfall: amounted(report.shortfall),
    unbilled: amounted(report.unbilled),
    written_off: sumText(report.writtenOffMicro),
    abandoned: {
      requests: report.abandoned.requests,
      released: sumText(report.abandoned.amountMicro),
    },
    granted: sumText(report.grantedMicro),
    charged: sumText(report.chargedMicro),
    refunded: sumText(report.refundedMicro),
    adjusted_up: sumText(report.adjustedUpMicro),
    adjusted_down: sumText(report.adjustedDownMicro),
    net_change: sumText(report.netMicro),
  };
}

function toLines(report: LedgerReport): string[] {
  const { sinceMs, endings, ended, writtenOffMicro } = report;
  return [
    sinceMs === null ? "Since the beginning" : `Since ${shortTime(sinceMs)}`,
    "",
    ...tableLines(columns("ENDING", "REQUESTS", "CHARGED"), [
      ...endings.map(({ ending, ...of }) => [ending, ...cells(of)]),
      ["total", ...cells(ended)],
    ]),
    "",
    ...tableLines(columns("OF THESE", "REQUESTS", "AMOUNT"), [
      ["charged by an estimate", ...cells(report.estimated)],
      ["shortfall: more than the account had", ...cells(report.shortfall)],
      ["unbilled: estimated beyond the hold", ...cells(report.unbilled)],
      ["written off: shortfall and unbilled", "", sumText(writtenOffMicro)],
      ["abandoned: holds released", ...cells(report.abandoned)],
    ]),
    "",
    ...tableLines(columns("BALANCES", "CHANGE"), [
      ["granted", sumText(report.grantedMicro)],
      ["charged", less(report.chargedMicro)],
      ["refunded", sumText(report.refundedMicro)],
      ["adjusted up", sumText(report.adjustedUpMicro)],
      ["adjusted down", less(report.adjustedDownMicro)],
      ["net change", sumText(report.netMicro)],
    ]),
  ];
}

const cells = ({ requests, amountMicro }: Tally) => [String(requests), sumText(amountMicro)];

/** What goes out, with its sign; zero has none. */
const less = (amountMicro: number) => sumText(amountMicro === 0 ? 0 : -amountMicro);

const columns = (title: string, ...figures: string[]): Column[] => [
  { title },
  ...figures.map((figure): Column => ({ title: figure, align: "right" })),
];
