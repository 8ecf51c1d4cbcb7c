// `aacflow ledger`: the group of commands on the books as a whole.
import type { Command } from "commander";
import { addLedgerReport } from "./report.ts";
import { addLedgerVerify } from "./verify.ts";

export function addLedger(program: Command): void {
  const ledger = program.command("ledger").description("prove the books, and report on them");
  addLedgerVerify(ledger);
  addLedgerReport(ledger);
}
