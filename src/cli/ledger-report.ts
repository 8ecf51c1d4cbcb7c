// `aacflow ledger report`: how requests ended, what was written off, and what moved the balances.
import type { Command } from "commander";
import type { LedgerReport, Tally } from "../ledger/report.ts";
import { sumText } from "./amount.ts";
import { withBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { isoTime, shortTime } from "./key-view.ts";
import { readSince } from "./options.ts";
import { printJson, printLines } from "./output.ts";
import { type Column, tableLines } from "./table.ts";

export function addLedgerReport(ledger: Command): void {
  ledger
    .command("report")
    .description("sum up how requests ended, what was written off and what moved the balances")
    .option("--since <time>", "30d, 12h, 45m ago, or a date in UTC (default: all)", readSince)
    .action(({ since }: { since?: number }, command: Command) => {
      const context = contextOf(command);
      const report = withBooks(context, (books) => books.ledger.report(since ?? null));
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
      ["unbilled: estimated beyond the deposit", ...cells(report.unbilled)],
      ["written off: shortfall and unbilled", "", sumText(writtenOffMicro)],
      ["abandoned: deposits released", ...cells(report.abandoned)],
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
