// One row that is written to see whether the database takes writes.
import { integer, sqliteTable } from "drizzle-orm/sqlite-core";

export const heartbeat = sqliteTable("heartbeat", {
  id: integer("id").primaryKey(),
  atMs: integer("at_ms").notNull(),
});
