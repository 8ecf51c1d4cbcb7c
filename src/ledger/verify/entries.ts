// Verifying accounts: each against its entries in their order, and against its open holds.
import type { Database as Sqlite } from "bun:sqlite";
import type { Findings } from "../findings.ts";

/** An account as it is stored, and as its rows add up. */
interface AccountSums {
  name: string;
  balanceMicro: number;
  heldMicro: number;
  /** The sum of its entries so far. */
  runningMicro: number;
  /** The same, of those kinds alone that a balance is made of. */
  knownMicro: number;
  /** The sum of its open holds. */
  holdsMicro: number;
}

export type AccountsById = Map<string, AccountSums>;

export interface EntryTotals {
  entries: number;
  openHolds: number;
  grantedMicro: number;
  chargedMicro: number;
  refundedMicro: number;
  adjustedMicro: number;
}

interface EntryRow {
  seq: number;
  account_id: string;
  kind: string;
  amount_micro: number;
  balance_after_micro: number;
  note: string | null;
}

/** All accounts; the only thing of the books that is kept in memory. */
export function readAccounts(sqlite: Sqlite): AccountsById {
  const accounts: AccountsById = new Map();
  const rows = sqlite
    .prepare<{ id: string; name: string; balance_micro: number; held_micro: number }, []>(
      "SELECT id, name, balance_micro, held_micro FROM accounts",
    )
    .iterate();
  for (const row of rows) {
    accounts.set(row.id, {
      name: row.name,
      balanceMicro: row.balance_micro,
      heldMicro: row.held_micro,
      runningMicro: 0,
      knownMicro: 0,
      holdsMicro: 0,
    });
  }
  return accounts;
}

/** Reads all entries in their order, and the open holds, and adds them up for each account. */
export function passEntries(
  sqlite: Sqlite,
  accounts: AccountsById,
  findings: Findings,
): EntryTotals {
  const sums = { grant: 0, charge: 0, refund: 0, adjustment: 0 };
  let entries = 0;
  const rows = sqlite
    .prepare<EntryRow, []>(
      "SELECT seq, account_id, kind, amount_micro, balance_after_micro, note FROM entries ORDER BY seq",
    )
    .iterate();
  for (const entry of rows) {
    entries++;
    checkEntry(entry, findings);
    const isKnown = Object.hasOwn(sums, entry.kind);
    if (isKnown) sums[entry.kind as keyof typeof sums] += entry.amount_micro;
    const account = accounts.get(entry.account_id);
    if (account === undefined) {
      findings.add("each entry belongs to an account", entry.account_id, `entry ${entry.seq}`);
      continue;
    }
    account.runningMicro += entry.amount_micro;
    if (isKnown) account.knownMicro += entry.amount_micro;
    if (entry.balance_after_micro !== account.runningMicro) {
      findings.add(
        "each entry's balance follows from the one before",
        entry.account_id,
        `entry ${entry.seq} says ${entry.balance_after_micro}, not ${account.runningMicro}`,
      );
    }
  }
  return {
    entries,
    openHolds: passHolds(sqlite, accounts, findings),
    grantedMicro: sums.grant,
    chargedMicro: sums.charge === 0 ? 0 : -sums.charge,
    refundedMicro: sums.refund,
    adjustedMicro: sums.adjustment,
  };
}

function checkEntry(entry: EntryRow, findings: Findings): void {
  const { kind, amount_micro: amountMicro, account_id: accountId, seq } = entry;
  const detail = `entry ${seq} is a ${kind} of ${amountMicro}`;
  if (!Number.isSafeInteger(amountMicro)) {
    findings.add("amounts are whole and exact", accountId, detail);
  }
  if (kind === "adjustment") {
    if (entry.note === null || entry.note.trim() === "") {
      findings.add("an adjustment has a note", accountId, `entry ${seq}`);
    }
  } else if (kind !== "grant" && kind !== "refund" && kind !== "charge") {
    findings.add("an entry is a grant, charge, refund or adjustment", accountId, detail);
  } else if ((kind === "charge") !== amountMicro < 0) {
    findings.add("grants and refunds come in, charges go out", accountId, detail);
  }
}

/** Returns how many holds are open. */
function passHolds(sqlite: Sqlite, accounts: AccountsById, findings: Findings): number {
  let openHolds = 0;
  const rows = sqlite
    .prepare<{ request_id: string; account_id: string; amount_micro: number }, []>(
      "SELECT request_id, account_id, amount_micro FROM holds",
    )
    .iterate();
  for (const hold of rows) {
    openHolds++;
    const account = accounts.get(hold.account_id);
    if (account !== undefined) account.holdsMicro += hold.amount_micro;
    else findings.add("each hold belongs to an account", hold.account_id, hold.request_id);
  }
  return openHolds;
}

/** Holds what each account says against what its rows came to; both passes must be over. */
export function checkAccounts(
  accounts: AccountsById,
  findings: Findings,
): { balanceMicro: number; heldMicro: number } {
  const totals = { balanceMicro: 0, heldMicro: 0 };
  for (const [id, account] of accounts) {
    const { balanceMicro, heldMicro, runningMicro, knownMicro, holdsMicro } = account;
    totals.balanceMicro += balanceMicro;
    totals.heldMicro += heldMicro;
    if (balanceMicro !== runningMicro) {
      const detail = `balance ${balanceMicro}, entries ${runningMicro}`;
      findings.add("the balance is the sum of the entries", id, detail);
    }
    if (balanceMicro !== knownMicro) {
      const detail = `balance ${balanceMicro}, not ${knownMicro}`;
      findings.add("grants, refunds and adjustments less charges are the balance", id, detail);
    }
    if (heldMicro !== holdsMicro) {
      const detail = `held ${heldMicro}, holds ${holdsMicro}`;
      findings.add("what is held is the sum of the open holds", id, detail);
    }
    if (!(heldMicro >= 0 && heldMicro <= balanceMicro)) {
      findings.add("0 <= held <= balance", id, `held ${heldMicro}, balance ${balanceMicro}`);
    }
  }
  return totals;
}
