// `aacflow ledger verify`: recomputes every invariant and says which accounts break one.
import type { Command } from "commander";
import { formatCredits } from "../base/micro.ts";
import type { Discrepancy, VerifyReport } from "../ledger/verify.ts";
import { withBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { CliError } from "./failure.ts";
import { printJson, printLines, printNotice } from "./output.ts";
import { fieldLines } from "./table.ts";

export function addLedger(program: Command): void {
  const ledger = program.command("ledger").description("check the books");
  ledger
    .command("verify")
    .description("recompute every invariant of the books; exit code 1 when one is broken")
    .action((_options: unknown, command: Command) => {
      const context = contextOf(command);
      const report = withBooks(context, (books) => books.ledger.verify());
      if (context.json) printJson(toJson(report));
      else printLines(toLines(report));
      const { discrepancies } = report;
      if (discrepancies.length === 0) return;
      for (const discrepancy of discrepancies) printNotice(describe(discrepancy));
      throw new CliError(`the books do not add up for ${offAccounts(discrepancies)}`);
    });
}

/** The names of the accounts that are off, each once. */
export function offAccounts(discrepancies: readonly Discrepancy[]): string {
  const names = new Set(discrepancies.map(({ accountName }) => accountName));
  return [...names].join(", ");
}

const describe = ({ accountName, accountId, rule, detail }: Discrepancy) =>
  `account ${accountName} (${accountId}) breaks "${rule}": ${detail} (in micro-dollars)`;

function toJson(report: VerifyReport) {
  return {
    ok: report.discrepancies.length === 0,
    accounts: report.accounts,
    entries: report.entries,
    requests: report.requests,
    open_holds: report.openHolds,
    granted: amount(report.grantedMicro),
    charged: amount(report.chargedMicro),
    balance: amount(report.balanceMicro),
    held: amount(report.heldMicro),
    shortfall: amount(report.shortfallMicro),
    discrepancies: report.discrepancies.map(({ accountName, accountId, rule, detail }) => ({
      account: accountName,
      account_id: accountId,
      rule,
      detail,
    })),
  };
}

function toLines(report: VerifyReport): string[] {
  const fields = fieldLines([
    ["Accounts", String(report.accounts)],
    ["Entries", String(report.entries)],
    ["Requests", String(report.requests)],
    ["Open deposits", String(report.openHolds)],
    ["Granted", amount(report.grantedMicro)],
    ["Charged", amount(report.chargedMicro)],
    ["Balance", amount(report.balanceMicro)],
    ["Held", amount(report.heldMicro)],
    ["Written off", amount(report.shortfallMicro)],
  ]);
  return report.discrepancies.length === 0 ? [...fields, "The books add up."] : fields;
}

/** Books that are damaged may hold anything, and their report must still come out. */
const amount = (micro: number) =>
  Number.isSafeInteger(micro) ? formatCredits(micro) : `${micro} micro-dollars`;
