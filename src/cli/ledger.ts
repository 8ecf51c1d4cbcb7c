// `aacflow ledger`: the group of commands on the books as a whole.
import type { Command } from "commander";
import { addLedgerReport } from "./ledger-report.ts";
import { addLedgerVerify } from "./ledger-verify.ts";

export function addLedger(program: Command): void {
  const ledger = program.command("ledger").description("prove the books, and report on them");
  addLedgerVerify(ledger);
  addLedgerReport(ledger);
}
