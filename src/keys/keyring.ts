// The API keys: making, finding, listing, revoking and rotating them.
import { and, eq, getTableColumns, isNull, sql } from "drizzle-orm";
import { newKeyId } from "../base/ids.ts";
import { prepareGet } from "../db/hot-statement.ts";
import type { Database } from "../db/open.ts";
import { apiKeys } from "../db/tables/keys.ts";
import { displayOf, generateKey, hashKey } from "./format.ts";

export type ApiKey = typeof apiKeys.$inferSelect;

/** A key that was just made; `secret` is the key itself and exists nowhere else. */
export interface NewKey {
  record: ApiKey;
  secret: string;
}

export interface KeyToCreate {
  accountId: string;
  name: string;
  /** Epoch milliseconds; null for a key that does not expire. */
  expiresAtMs: number | null;
  nowMs: number;
}

export type RevokeOutcome = "revoked" | "already-revoked" | "unknown";

/** Methods that write are synchronous and belong inside `Database.write`. */
export interface Keyring {
  /** Makes a key. Writes. */
  create(key: KeyToCreate): NewKey;
  /** Finds a well-formed key by its hash, whatever its state. */
  find(secret: string): ApiKey | undefined;
  get(id: string): ApiKey | undefined;
  /** All keys, oldest first. */
  list(): ApiKey[];
  /** Refuses the key from now on. Writes. */
  revoke(id: string, nowMs: number): RevokeOutcome;
  /**
   * Revokes a key and makes another of the same name, account and expiry. Writes.
   * Null when there is no such key or it is revoked already.
   */
  rotate(id: string, nowMs: number): NewKey | null;
}

/** Prepares the statements on keys once; the look-up by hash runs with every request. */
export function createKeyring({ orm, sqlite }: Database): Keyring {
  const byHash = prepareGet(
    sqlite,
    orm
      .select()
      .from(apiKeys)
      .where(eq(apiKeys.hash, sql.placeholder("hash"))),
    getTableColumns(apiKeys),
  );

  function create({ accountId, name, expiresAtMs, nowMs }: KeyToCreate): NewKey {
    const secret = generateKey();
    const record: ApiKey = {
      id: newKeyId(),
      accountId,
      name,
      hash: hashKey(secret),
      display: displayOf(secret),
      createdAtMs: nowMs,
      expiresAtMs,
      revokedAtMs: null,
    };
    orm.insert(apiKeys).values(record).run();
    return { record, secret };
  }

  const get = (id: string) => orm.select().from(apiKeys).where(eq(apiKeys.id, id)).get();

  function revoke(id: string, nowMs: number): RevokeOutcome {
    const changed = orm
      .update(apiKeys)
      .set({ revokedAtMs: nowMs })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAtMs)))
      .returning({ id: apiKeys.id })
      .get();
    if (changed !== undefined) return "revoked";
    return get(id) === undefined ? "unknown" : "already-revoked";
  }

  function rotate(id: string, nowMs: number): NewKey | null {
    const old = get(id);
    if (old === undefined || revoke(id, nowMs) !== "revoked") return null;
    const { accountId, name, expiresAtMs } = old;
    return create({ accountId, name, expiresAtMs, nowMs });
  }

  return {
    create,
    get,
    revoke,
    rotate,
    find: (secret) => byHash({ hash: hashKey(secret) }),
    list: () => orm.select().from(apiKeys).orderBy(apiKeys.createdAtMs, apiKeys.id).all(),
  };
}
