// How what a backup holds is shown, when it is made and when it is restored.
import type { Holdings } from "../../operator/snapshot-proof.ts";
import { sumText } from "./amount.ts";
import { fieldLines } from "./table.ts";

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
    ["Open holds", String(report.openHolds)],
    ["Balance", sumText(report.balanceMicro)],
    ["Held", sumText(report.heldMicro)],
    ["Bytes", String(bytes)],
  ]);
