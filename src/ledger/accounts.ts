// Accounts and their balances, and the one way to change a balance: an entry.
import { eq, sql } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import { newAccountId } from "../base/ids.ts";
import { assertMicro } from "../base/micro.ts";
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
  kind: "grant" | "charge";
  /** Signed, never zero. */
  amountMicro: number;
  /** The account's balance once this entry counts. */
  balanceAfterMicro: number;
  requestId: string | null;
  note: string | null;
  atMs: number;
}

/** Statements on accounts and entries, prepared once. Writes belong inside a transaction of the caller's. */
export function prepareAccounts(orm: BunSQLiteDatabase) {
  const byId = orm
    .select()
    .from(accounts)
    .where(eq(accounts.id, sql.placeholder("id")))
    .prepare();
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
  const setMoney = orm
    .update(accounts)
    .set({
      balanceMicro: sql`${sql.placeholder("balanceMicro")}`,
      heldMicro: sql`${sql.placeholder("heldMicro")}`,
    })
    .where(eq(accounts.id, sql.placeholder("id")))
    .prepare();
  const insertEntry = orm
    .insert(entries)
    .values({
      accountId: sql.placeholder("accountId"),
      kind: sql.placeholder("kind"),
      amountMicro: sql.placeholder("amountMicro"),
      balanceAfterMicro: sql.placeholder("balanceAfterMicro"),
      requestId: sql.placeholder("requestId"),
      note: sql.placeholder("note"),
      createdAtMs: sql.placeholder("atMs"),
    })
    .prepare();

  return {
    find: (id: string): Account | undefined => byId.get({ id }),
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
      setMoney.run({ id, balanceMicro: money.balanceMicro, heldMicro: money.heldMicro });
    },
    post(entry: EntryToPost): void {
      assertMicro(entry.amountMicro);
      assertMicro(entry.balanceAfterMicro);
      insertEntry.run({ ...entry });
    },
  };
}

export type AccountStatements = ReturnType<typeof prepareAccounts>;
