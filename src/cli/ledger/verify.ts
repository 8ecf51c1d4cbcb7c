// `aacflow ledger verify`: recomputes every invariant and says which accounts break one.
import type { Command } from "commander";
import { type Discrepancy, MAX_LISTED_PER_RULE } from "../../ledger/findings.ts";
import type { VerifyReport } from "../../ledger/verify/verify.ts";
import { offAccounts, verifyBooks } from "../../operator/books.ts";
import { withStore } from "../../operator/installation.ts";
import { sumText } from "../lib/amount.ts";
import { contextOf } from "../lib/context.ts";
import { printJson, printLines, printNotice } from "../lib/output.ts";
import { fieldLines } from "../lib/table.ts";

export function addLedgerVerify(ledger: Command): void {
  ledger
    .command("verify")
    .description("prove the books from the database alone; exit code 1 when a rule is broken")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const report = await withStore(context, verifyBooks);
      if (context.json) printJson(toJson(report));
      else printLines(toLines(report));
      if (report.discrepancies.length === 0) return;
      for (const discrepancy of report.discrepancies) printNotice(describe(discrepancy));
      if (report.discrepanciesNotListed > 0) {
        printNotice(
          `${report.discrepanciesNotListed} more discrepancies are not listed: ` +
            `the first ${MAX_LISTED_PER_RULE} of each rule are`,
        );
      }
      throw new Error(`the books do not add up for ${offAccounts(report)}`);
    });
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
    granted: sumText(report.grantedMicro),
    charged: sumText(report.chargedMicro),
    refunded: sumText(report.refundedMicro),
    adjusted: sumText(report.adjustedMicro),
    balance: sumText(report.balanceMicro),
    held: sumText(report.heldMicro),
    shortfall: sumText(report.shortfallMicro),
    unbilled: sumText(report.unbilledMicro),
    discrepancies: report.discrepancies.map(({ accountName, accountId, rule, detail }) => ({
      account: accountName,
      account_id: accountId,
      rule,
      detail,
    })),
    discrepancies_not_listed: report.discrepanciesNotListed,
  };
}

function toLines(report: VerifyReport): string[] {
  const fields = fieldLines([
    ["Accounts", String(report.accounts)],
    ["Entries", String(report.entries)],
    ["Requests", String(report.requests)],
    ["Open holds", String(report.openHolds)],
    ["Granted", sumText(report.grantedMicro)],
    ["Charged", sumText(report.chargedMicro)],
    ["Refunded", sumText(report.refundedMicro)],
    ["Adjusted", sumText(report.adjustedMicro)],
    ["Balance", sumText(report.balanceMicro)],
    ["Held", sumText(report.heldMicro)],
    ["Shortfall", sumText(report.shortfallMicro)],
    ["Unbilled", sumText(report.unbilledMicro)],
  ]);
  return report.discrepancies.length === 0 ? [...fields, "The books add up."] : fields;
}
