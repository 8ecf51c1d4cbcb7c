// Accounts and their balances, and the one way to change a balance: an entry.
import { eq, getTableColumns, sql } from "drizzle-orm";
import { newAccountId } from "../base/ids.ts";
import { assertMicro } from "../base/micro.ts";
import { prepareGet, prepareRun } from "../db/hot-statement.ts";
import type { Database } from "../db/open.ts";
import { accounts, entries } from "../db/tables/money.ts";

/** An account's money in micro-dollars. What can be spent is `balanceMicro - heldMicro`. */
export interface Balance {
  balanceMicro: number;
  heldMicro: number;
}

export interface Account extends Balance {
  id: string;
  name: string;
  createdAtMs: number;
}

export interface EntryToPost {
  accountId: string;
  kind: (typeof entries.$inferSelect)["kind"];
  /** Signed, never zero. */
  amountMicro: number;
  /** The account's balance once this entry counts. */
  balanceAfterMicro: number;
  requestId: string | null;
  note: string | null;
  atMs: number;
}

/** Statements on accounts and entries, prepared once. Writes belong inside a transaction of the caller's. */
export function prepareAccounts({ orm, sqlite }: Database) {
  const byId = prepareGet(
    sqlite,
    orm
      .select()
      .from(accounts)
      .where(eq(accounts.id, sql.placeholder("id"))),
    getTableColumns(accounts),
  );
  const byName = orm
    .select()
    .from(accounts)
    .where(eq(accounts.name, sql.placeholder("name")))
    .prepare();
  const insert = orm
    .insert(accounts)
    .values({
      id: sql.placeholder("id"),
      name: sql.placeholder("name"),
      createdAtMs: sql.placeholder("atMs"),
    })
    .prepare();
  const setMoney = prepareRun(
    sqlite,
    orm
      .update(accounts)
      .set({
        balanceMicro: sql`${sql.placeholder("balanceMicro")}`,
        heldMicro: sql`${sql.placeholder("heldMicro")}`,
      })
      .where(eq(accounts.id, sql.placeholder("id"))),
  );
  const insertEntry = prepareRun(
    sqlite,
    orm.insert(entries).values({
      accountId: sql.placeholder("accountId"),
      kind: sql.placeholder("kind"),
      amountMicro: sql.placeholder("amountMicro"),
      balanceAfterMicro: sql.placeholder("balanceAfterMicro"),
      requestId: sql.placeholder("requestId"),
      note: sql.placeholder("note"),
      createdAtMs: sql.placeholder("atMs"),
    }),
  );

  return {
    find: (id: string): Account | undefined => byId({ id }),
    findByName: (name: string): Account | undefined => byName.get({ name }),
    list: (): Account[] => orm.select().from(accounts).orderBy(accounts.name).all(),
    /** Finds the account of that name, or opens it with nothing in it. */
    ensure(name: string, nowMs: number): Account {
      const existing = byName.get({ name });
      if (existing !== undefined) return existing;
      const account = { id: newAccountId(), name, createdAtMs: nowMs };
      insert.run({ id: account.id, name, atMs: nowMs });
      return { ...account, balanceMicro: 0, heldMicro: 0 };
    },
    /** Stores both figures at once, so that the database checks them against each other. */
    setMoney(id: string, money: Balance): void {
      assertMicro(money.balanceMicro);
      assertMicro(money.heldMicro);
      setMoney({ id, balanceMicro: money.balanceMicro, heldMicro: money.heldMicro });
    },
    post(entry: EntryToPost): void {
      assertMicro(entry.amountMicro);
      assertMicro(entry.balanceAfterMicro);
      insertEntry({ ...entry });
    },
  };
}

export type AccountStatements = ReturnType<typeof prepareAccounts>;
