// Answers that are kept for the idempotency keys under which they were asked for.
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** One row for each key in use: at first a mark that its request is in progress, then the answer. */
export const answers = sqliteTable(
  "answers",
  {
    accountId: text("account_id").notNull(),
    /** SHA-256 of the client's key, in hex. */
    keyHash: text("key_hash").notNull(),
    /** SHA-256 of the request's body as it arrived, in hex. */
    bodyHash: text("body_hash").notNull(),
    /** The request that asked first. */
    requestId: text("request_id").notNull().unique(),
    createdAtMs: integer("created_at_ms").notNull(),
    /** Null while the request is in progress. */
    endedAtMs: integer("ended_at_ms"),
    /** Bytes that are kept in `body`, which comes last because what follows a large one is slow to read. */
    bodyBytes: integer("body_bytes").notNull().default(0),
    /**
     * A whole answer's JSON, or a stream's chunks, one a line. Null while in progress, and when it was too large to keep.
     */
    body: text("body"),
    /** What the caller was told of fields that were left out; null for none. Last, as it came later than the rest. */
    ignored: text("ignored"),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.keyHash] }),
    index("answers_age").on(table.createdAtMs),
    // For who keeps how much, without a look at the bodies.
    index("answers_size").on(table.accountId, table.bodyBytes),
  ],
);
