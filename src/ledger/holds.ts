// Deposits: taken before a request goes upstream, ended once when it is over.
import { eq, getTableColumns, sql } from "drizzle-orm";
import type { TokenUsage } from "../base/chat.ts";
import { assertMicro } from "../base/micro.ts";
import { prepareGet, prepareRun } from "../db/hot-statement.ts";
import type { Database } from "../db/open.ts";
import { holds, requests } from "../db/tables/money.ts";
import type { AccountStatements, Balance } from "./accounts.ts";
import type { Ending, UsageSource } from "./ending.ts";

/** A request that asks for its deposit. */
export interface HoldRequest {
  requestId: string;
  accountId: string;
  keyId: string;
  modelId: string;
  providerId: string;
  upstreamModel: string;
  stream: boolean;
  /** The pinned price as JSON; null for a free model. */
  priceJson: string | null;
  atMs: number;
  /**
   * Told what is available in micro-dollars, says how much to hold; null when it is too little. Called inside the
   * transaction, so what it sees cannot change before the deposit is taken. May be called more than once.
   */
  size: (availableMicro: number) => number | null;
}

export type HoldOutcome =
  | ({ held: true; amountMicro: number } & Balance)
  | ({ held: false } & Balance);

/** How a request ended, for its charge and its record. */
export interface RequestEnd {
  requestId: string;
  ending: Ending;
  /** What is to be paid, already rounded up to a whole micro-dollar. */
  costMicro: number;
  /** What an estimate came to beyond that, because it may not exceed the deposit; for the operator's report. */
  unbilledMicro: number;
  /** What the provider said that it cost, before any markup, where that is the basis of the cost; else null. */
  providerCostMicro: number | null;
  httpStatus: number | null;
  errorCode: string | null;
  usage: TokenUsage | null;
  usageSource: UsageSource;
  startedAtMs: number;
  firstEventMs: number | null;
  durationMs: number | null;
  atMs: number;
}

export interface Settlement extends Balance {
  heldByRequestMicro: number;
  chargedMicro: number;
  /** Cost beyond what the account could pay, written off. */
  shortfallMicro: number;
}

/** The statements that take and end deposits; each function runs inside a transaction of the caller's. */
export function prepareHolds({ orm, sqlite }: Database, accounts: AccountStatements) {
  const insertHold = prepareRun(sqlite, orm.insert(holds).values(holdPlaceholders()));
  const takeHold = prepareGet(
    sqlite,
    orm
      .delete(holds)
      .where(eq(holds.requestId, sql.placeholder("requestId")))
      .returning(),
    getTableColumns(holds),
  );
  const insertRecord = prepareRun(sqlite, orm.insert(requests).values(recordPlaceholders()));

  /** Takes the deposit, or tells what the account has when that is too little. */
  function place(request: HoldRequest): HoldOutcome {
    const account = accounts.find(request.accountId);
    if (account === undefined) throw new Error(`no account ${request.accountId}`);
    const { balanceMicro, heldMicro } = account;
    const amountMicro = request.size(balanceMicro - heldMicro);
    if (amountMicro === null || amountMicro > balanceMicro - heldMicro) {
      return { held: false, balanceMicro, heldMicro };
    }
    assertMicro(amountMicro);
    const heldAfterMicro = heldMicro + amountMicro;
    accounts.setMoney(account.id, { balanceMicro, heldMicro: heldAfterMicro });
    insertHold({
      requestId: request.requestId,
      accountId: account.id,
      keyId: request.keyId,
      amountMicro,
      modelId: request.modelId,
      providerId: request.providerId,
      upstreamModel: request.upstreamModel,
      stream: request.stream,
      priceJson: request.priceJson,
      atMs: request.atMs,
    });
    return { held: true, amountMicro, balanceMicro, heldMicro: heldAfterMicro };
  }

  /**
   * Ends a request: gives its deposit back, charges its cost as far as the account can pay, writes its record.
   * Gives null when the request has ended before, and then changes nothing.
   */
  function end(request: RequestEnd): Settlement | null {
    assertMicro(request.costMicro);
    if (request.costMicro < 0) throw new RangeError("a request cannot cost less than nothing");
    const hold = takeHold({ requestId: request.requestId });
    if (hold === undefined) return null;
    const account = accounts.find(hold.accountId);
    if (account === undefined) throw new Error(`no account ${hold.accountId}`);
    const heldMicro = account.heldMicro - hold.amountMicro;
    const chargedMicro = Math.min(request.costMicro, account.balanceMicro - heldMicro);
    const balanceMicro = account.balanceMicro - chargedMicro;
    accounts.setMoney(account.id, { balanceMicro, heldMicro });
    if (chargedMicro > 0) {
      accounts.post({
        accountId: account.id,
        kind: "charge",
        amountMicro: -chargedMicro,
        balanceAfterMicro: balanceMicro,
        requestId: request.requestId,
        note: null,
        atMs: request.atMs,
      });
    }
    const shortfallMicro = request.costMicro - chargedMicro;
    const { usage, ...facts } = request;
    insertRecord({
      ...facts,
      ...hold,
      usageJson: usage === null ? null : JSON.stringify(usage),
      heldByRequestMicro: hold.amountMicro,
      chargedMicro,
      shortfallMicro,
      endedAtMs: request.atMs,
    });
    return {
      balanceMicro,
      heldMicro,
      heldByRequestMicro: hold.amountMicro,
      chargedMicro,
      shortfallMicro,
    };
  }

  return { place, end, open: () => orm.select().from(holds).all() };
}

export type HoldStatements = ReturnType<typeof prepareHolds>;
export type OpenHold = typeof holds.$inferSelect;

function holdPlaceholders() {
  return {
    requestId: sql.placeholder("requestId"),
    accountId: sql.placeholder("accountId"),
    keyId: sql.placeholder("keyId"),
    amountMicro: sql.placeholder("amountMicro"),
    modelId: sql.placeholder("modelId"),
    providerId: sql.placeholder("providerId"),
    upstreamModel: sql.placeholder("upstreamModel"),
    stream: sql.placeholder("stream"),
    priceJson: sql.placeholder("priceJson"),
    createdAtMs: sql.placeholder("atMs"),
  };
}

function recordPlaceholders() {
  return {
    id: sql.placeholder("requestId"),
    accountId: sql.placeholder("accountId"),
    keyId: sql.placeholder("keyId"),
    modelId: sql.placeholder("modelId"),
    providerId: sql.placeholder("providerId"),
    upstreamModel: sql.placeholder("upstreamModel"),
    stream: sql.placeholder("stream"),
    ending: sql.placeholder("ending"),
    httpStatus: sql.placeholder("httpStatus"),
    errorCode: sql.placeholder("errorCode"),
    usageJson: sql.placeholder("usageJson"),
    usageSource: sql.placeholder("usageSource"),
    priceJson: sql.placeholder("priceJson"),
    heldMicro: sql.placeholder("heldByRequestMicro"),
    chargedMicro: sql.placeholder("chargedMicro"),
    shortfallMicro: sql.placeholder("shortfallMicro"),
    startedAtMs: sql.placeholder("startedAtMs"),
    firstEventMs: sql.placeholder("firstEventMs"),
    durationMs: sql.placeholder("durationMs"),
    unbilledMicro: sql.placeholder("unbilledMicro"),
    providerCostMicro: sql.placeholder("providerCostMicro"),
    endedAtMs: sql.placeholder("endedAtMs"),
  };
}
