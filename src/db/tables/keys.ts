// The API keys: their hashes, never the keys.
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    name: text("name").notNull(),
    /** SHA-256 of the whole key, in hex. */
    hash: text("hash").notNull().unique(),
    /** The first characters of the key, so that its owner recognises it in a list. */
    display: text("display").notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
    expiresAtMs: integer("expires_at_ms"),
    revokedAtMs: integer("revoked_at_ms"),
  },
  (table) => [index("api_keys_account").on(table.accountId)],
);

/** One row, whose version triggers on the keys raise with whatever changes one: who keeps keys in memory asks for it. */
export const apiKeysVersion = sqliteTable("api_keys_version", {
  id: integer("id").primaryKey(),
  version: integer("version").notNull(),
});
