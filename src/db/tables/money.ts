// The money tables. Only src/ledger may import this file; the linter holds that line.
import { sql } from "drizzle-orm";
import { check, index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Whole micro-dollars; the ledger asserts that every value is exact in a double. */
const micro = (name: string) => integer(name).notNull();
const timeMs = (name: string) => integer(name).notNull();

/** `balance` is the sum of the account's entries and `held` that of its open holds, kept beside them for speed. */
export const accounts = sqliteTable(
  "accounts",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull().unique(),
    balanceMicro: micro("balance_micro").default(0),
    heldMicro: micro("held_micro").default(0),
    createdAtMs: timeMs("created_at_ms"),
  },
  (table) => [
    check("accounts_held_not_negative", sql`${table.heldMicro} >= 0`),
    check("accounts_held_covered", sql`${table.heldMicro} <= ${table.balanceMicro}`),
  ],
);

/** The processes that hold for requests. What a process that is gone has left open is released. */
export const owners = sqliteTable("owners", {
  id: text("id").primaryKey(),
  /** Until then it is alive for others, unless they know better. */
  leaseEndsAtMs: timeMs("lease_ends_at_ms"),
});

/** Holds of the requests in progress. A row is deleted when its request ends, which happens once. */
export const holds = sqliteTable(
  "holds",
  {
    requestId: text("request_id").primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id),
    keyId: text("key_id").notNull(),
    amountMicro: micro("amount_micro"),
    modelId: text("model_id").notNull(),
    stream: integer("stream", { mode: "boolean" }).notNull(),
    /** The process that serves the request. */
    ownerId: text("owner_id").notNull(),
    createdAtMs: timeMs("created_at_ms"),
  },
  (table) => [check("holds_amount_not_negative", sql`${table.amountMicro} >= 0`)],
);

/** Every change of a balance, append-only: triggers refuse updates and deletions. */
export const entries = sqliteTable(
  "entries",
  {
    seq: integer("seq").primaryKey({ autoIncrement: true }),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id),
    /** A charge takes; a grant and a refund give; an adjustment is the operator's correction either way. */
    kind: text("kind", { enum: ["grant", "charge", "refund", "adjustment"] }).notNull(),
    /** Signed: what comes in is positive, what goes out negative. */
    amountMicro: micro("amount_micro"),
    balanceAfterMicro: micro("balance_after_micro"),
    requestId: text("request_id"),
    note: text("note"),
    createdAtMs: timeMs("created_at_ms"),
  },
  (table) => [
    index("entries_account").on(table.accountId, table.seq),
    uniqueIndex("entries_one_charge_per_request")
      .on(table.requestId)
      .where(sql`${table.kind} = 'charge'`),
    index("entries_refunds").on(table.requestId).where(sql`${table.kind} = 'refund'`),
    check("entries_not_zero", sql`${table.amountMicro} <> 0`),
  ],
);

/** Every price that a request was accepted at, once. */
export const prices = sqliteTable("prices", {
  id: integer("id").primaryKey(),
  /** The pinned price as JSON. */
  json: text("json").notNull().unique(),
});

/** What many requests have in common, once: who asked, for which model, and where that went at what price. */
export const terms = sqliteTable(
  "terms",
  {
    id: integer("id").primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id),
    keyId: text("key_id").notNull(),
    modelId: text("model_id").notNull(),
    /** Null for a request that was abandoned. */
    providerId: text("provider_id"),
    upstreamModel: text("upstream_model"),
    /** Null for a free model. */
    priceId: integer("price_id").references(() => prices.id),
  },
  (table) => [index("terms_of").on(table.accountId, table.keyId, table.modelId)],
);

/**
 * One row for each request that ended after its hold was taken: how it ended, and what it cost. In the order in which
 * they ended. The view `requests` shows them with their terms in words.
 */
export const records = sqliteTable("records", {
  id: text("id").primaryKey(),
  termsId: integer("terms_id")
    .notNull()
    .references(() => terms.id),
  stream: integer("stream", { mode: "boolean" }).notNull(),
  /** How it ended, by the names in src/ledger/ending.ts. */
  ending: text("ending").notNull(),
  httpStatus: integer("http_status"),
  errorCode: text("error_code"),
  /** Token counts as src/ledger/sqlite/usage-text.ts writes them; null where nothing was used. */
  usage: text("usage"),
  usageSource: text("usage_source", { enum: ["reported", "estimated", "none"] }).notNull(),
  /** How often a provider was called for it. */
  attempts: integer("attempts").notNull(),
  heldMicro: micro("held_micro"),
  /** What was taken from the balance. */
  chargedMicro: micro("charged_micro"),
  /** What it cost beyond what the account could pay; written off. */
  shortfallMicro: micro("shortfall_micro"),
  /** What an estimate came to beyond the hold; never charged. */
  unbilledMicro: micro("unbilled_micro"),
  /** What the provider said that it cost, where that was charged for instead of its usage: it was more. */
  providerCostMicro: integer("provider_cost_micro"),
  startedAtMs: timeMs("started_at_ms"),
  /** From arrival to the provider's first event. */
  firstEventMs: integer("first_event_ms"),
  durationMs: integer("duration_ms"),
  endedAtMs: timeMs("ended_at_ms"),
});
