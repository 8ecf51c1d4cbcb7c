// What a backup holds: found by proving its books, when it is made and when it is restored.
import { statSync } from "node:fs";
import { OperatorError } from "../base/operator-error.ts";
import type { SnapshotMode } from "../db/snapshot.ts";
import type { VerifyReport } from "../ledger/verify/verify.ts";
import { type Store, withSnapshot } from "../store.ts";
import { offAccounts, verifyBooks } from "./books.ts";

export interface Holdings {
  report: VerifyReport;
  bytes: number;
}

/**
 * Checks a backup's file, its schema and its books.
 * @throws OperatorError that says what is wrong with it.
 */
export async function proveSnapshot(file: string, mode: SnapshotMode): Promise<Holdings> {
  const report = await withSnapshot(file, mode, proveBooks);
  return { report, bytes: statSync(file).size };
}

async function proveBooks(store: Store): Promise<VerifyReport> {
  const report = await verifyBooks(store);
  const [first] = report.discrepancies;
  if (first === undefined) return report;
  throw new OperatorError(
    `its books do not add up for ${offAccounts(report)}: "${first.rule}": ${first.detail}`,
  );
}
