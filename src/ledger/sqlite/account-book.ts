// The accounts that commands touch: read once for as long as nobody else writes, changed in memory, written once a batch.
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
  /** At the begin of a batch: forgets what is in memory where another process has written since. */
  begun(): void;
  /** At the end of a batch: writes all accounts that changed, once each. */
  flush(): void;
  /** After a batch: of one that was rolled back, nothing in memory counts. */
  ended(isCommitted: boolean): void;
}

/** Accounts in memory between batches; with more of them all are forgotten, and those that are in use come again. */
const MAX_KEPT = 10_000;

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
  /** Another number after any commit of another connection. */
  const dataVersion = sqlite.prepare<unknown, []>("PRAGMA data_version");
  const known = new Map<string, Balance>();
  const changed = new Set<string>();
  let version: unknown;

  function read(accountId: string): Balance | undefined {
    const [row] = select.values(accountId) as [number, number][];
    if (row === undefined) return undefined;
    const money = { balanceMicro: row[0], heldMicro: row[1] };
    known.set(accountId, money);
    return money;
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
    begun() {
      const [[read] = []] = dataVersion.values();
      if (read !== version || known.size > MAX_KEPT) known.clear();
      version = read;
    },
    flush() {
      for (const accountId of changed) {
        const money = known.get(accountId);
        if (money !== undefined) update.run(money.balanceMicro, money.heldMicro, accountId);
      }
      changed.clear();
    },
    ended(isCommitted) {
      if (isCommitted) return;
      known.clear();
      changed.clear();
    },
  };
}
