// What a backup holds: found by proving its books, and shown when it is made and when it is restored.
import { statSync } from "node:fs";
import type { Database } from "../db/open.ts";
import { withSnapshot } from "../db/snapshot.ts";
import { verifyBooks } from "../gateway/verify-books.ts";
import { createLedger } from "../ledger/ledger.ts";
import type { VerifyReport } from "../ledger/verify.ts";
import { sumText } from "./amount.ts";
import { CliError } from "./failure.ts";
import { offAccounts } from "./ledger-verify.ts";
import { fieldLines } from "./table.ts";

export interface Holdings {
  report: VerifyReport;
  bytes: number;
}

/**
 * Checks a backup's file, its schema and its books.
 * @throws SnapshotError or CliError that says what is wrong with it.
 */
export function proveSnapshot(file: string, mode: "read" | "migrate"): Holdings {
  const report = withSnapshot(file, mode, proveBooks);
  return { report, bytes: statSync(file).size };
}

function proveBooks(database: Database): VerifyReport {
  const report = verifyBooks(createLedger(database));
  const [first] = report.discrepancies;
  if (first === undefined) return report;
  throw new CliError(
    `its books do not add up for ${offAccounts(report)}: "${first.rule}": ${first.detail}`,
  );
}

export const holdingsJson = ({ report, bytes }: Holdings) => ({
  bytes,
  accounts: report.accounts,
  entries: report.entries,
  requests: report.requests,
  open_holds: report.openHolds,
  balance: sumText(report.balanceMicro),
  held: sumText(report.heldMicro),
});

export const holdingsLines = ({ report, bytes }: Holdings): string[] =>
  fieldLines([
    ["Accounts", String(report.accounts)],
    ["Entries", String(report.entries)],
    ["Requests", String(report.requests)],
    ["Open deposits", String(report.openHolds)],
    ["Balance", sumText(report.balanceMicro)],
    ["Held", sumText(report.heldMicro)],
    ["Bytes", String(bytes)],
  ]);
