// The API keys: making, finding, listing, revoking and rotating them.
import { and, eq, getTableColumns, isNull, sql } from "drizzle-orm";
import { newKeyId } from "../base/ids.ts";
import type { Later } from "../base/later.ts";
import { OperatorError } from "../base/operator-error.ts";
import { prepareGet } from "../db/hot-statement.ts";
import type { Database } from "../db/open.ts";
import { apiKeys, apiKeysVersion } from "../db/tables/keys.ts";
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

export interface KeyReads {
  /** Finds a key by its hash, whatever its state. */
  findKey(hash: string): ApiKey | undefined;
  getKey(id: string): ApiKey | undefined;
  /** All keys, oldest first. */
  listKeys(): ApiKey[];
  /** Another number after any change of any key, whichever process made it. */
  version(): number;
}

/** What changes keys, as commands. */
export type KeyCommands = {
  /** Takes a key that was just made. */
  addKey: (key: ApiKey) => ApiKey;
  /** Refuses the key from now on. */
  revokeKey: (id: string, nowMs: number) => RevokeOutcome;
  /** Revokes a key and takes its successor. @throws OperatorError when there is no such key or it is revoked already. */
  replaceKey: (id: string, successor: ApiKey, nowMs: number) => ApiKey;
};

/** The keys, as everything else asks for them and changes them. */
export type KeyPort = {
  [K in keyof KeyReads]: Later<KeyReads[K]>;
} & {
  [K in keyof KeyCommands]: Later<KeyCommands[K]>;
};

/** Makes a key, which is nowhere stored yet. */
export function newKey({ accountId, name, expiresAtMs, nowMs }: KeyToCreate): NewKey {
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
  return { record, secret };
}

/** Prepares the statements on keys once; what writes belongs into a transaction. */
export function createKeyring({ orm, sqlite }: Database): KeyReads & KeyCommands {
  const byHash = prepareGet(
    sqlite,
    orm
      .select()
      .from(apiKeys)
      .where(eq(apiKeys.hash, sql.placeholder("hash"))),
    getTableColumns(apiKeys),
  );
  const { version } = apiKeysVersion;
  const versionRow = prepareGet(sqlite, orm.select({ version }).from(apiKeysVersion), { version });

  const getKey = (id: string) => orm.select().from(apiKeys).where(eq(apiKeys.id, id)).get();

  function addKey(key: ApiKey): ApiKey {
    orm.insert(apiKeys).values(key).run();
    return key;
  }

  function revokeKey(id: string, nowMs: number): RevokeOutcome {
    const changed = orm
      .update(apiKeys)
      .set({ revokedAtMs: nowMs })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAtMs)))
      .returning({ id: apiKeys.id })
      .get();
    if (changed !== undefined) return "revoked";
    return getKey(id) === undefined ? "unknown" : "already-revoked";
  }

  function replaceKey(id: string, successor: ApiKey, nowMs: number): ApiKey {
    if (revokeKey(id, nowMs) !== "revoked") throw new OperatorError(`${id} cannot be rotated`);
    return addKey(successor);
  }

  return {
    findKey: (hash) => byHash({ hash }),
    getKey,
    listKeys: () => orm.select().from(apiKeys).orderBy(apiKeys.createdAtMs, apiKeys.id).all(),
    version() {
      const row = versionRow({});
      if (row === undefined) throw new Error("the keys have no version");
      return row.version;
    },
    addKey,
    revokeKey,
    replaceKey,
  };
}
