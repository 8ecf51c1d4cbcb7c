// The accounts that a batch of commands touches: read once, changed in memory, written once.
import type { Database as Sqlite } from "bun:sqlite";
import { assertMicro } from "../../base/micro.ts";
import type { Entry } from "../port.ts";
import type { Balance } from "../rules.ts";

type EntryToPost = Omit<Entry, "seq">;

export interface AccountBook {
  /** The account's money as the batch has left it by now; undefined for no account. */
  find(accountId: string): Balance | undefined;
  /** The account's money from here on. */
  set(accountId: string, money: Balance): void;
  /** Writes the entry that goes with it. */
  post(entry: EntryToPost): void;
  /** At the end of a batch: writes all accounts that changed, once each. */
  flush(): void;
  /** After a batch: others may write, so nothing in memory counts. */
  ended(): void;
}

/** Prepares the statements on accounts and entries once. */
export function createAccountBook(sqlite: Sqlite): AccountBook {
  const select = sqlite.prepare<unknown, [string]>(
    "SELECT balance_micro, held_micro FROM accounts WHERE id = ?",
  );
  const update = sqlite.prepare<unknown, [number, number, string]>(
    "UPDATE accounts SET balance_micro = ?, held_micro = ? WHERE id = ?",
  );
  const insertEntry = sqlite.prepare(
    `INSERT INTO entries (account_id, kind, amount_micro, balance_after_micro, request_id, note, created_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const known = new Map<string, Balance>();
  const changed = new Set<string>();

  function read(accountId: string): Balance | undefined {
    const [row] = select.values(accountId) as [number, number][];
    if (row === undefined) return undefined;
    const money = { balanceMicro: row[0], heldMicro: row[1] };
    known.set(accountId, money);
    return money;
  }

  function ended(): void {
    known.clear();
    changed.clear();
  }

  return {
    find: (accountId) => known.get(accountId) ?? read(accountId),
    set(accountId, { balanceMicro, heldMicro }) {
      assertMicro(balanceMicro);
      assertMicro(heldMicro);
      known.set(accountId, { balanceMicro, heldMicro });
      changed.add(accountId);
    },
    post({ accountId, kind, amountMicro, balanceAfterMicro, requestId, note, createdAtMs }) {
      assertMicro(amountMicro);
      assertMicro(balanceAfterMicro);
      insertEntry.run(
        accountId,
        kind,
        amountMicro,
        balanceAfterMicro,
        requestId,
        note,
        createdAtMs,
      );
    },
    flush() {
      for (const accountId of changed) {
        const money = known.get(accountId);
        if (money !== undefined) update.run(money.balanceMicro, money.heldMicro, accountId);
      }
      changed.clear();
    },
    ended,
  };
}
