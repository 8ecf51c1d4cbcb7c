// Holds and settlements on SQLite: each request's hold is taken before it goes upstream, and ended once.
import type { Database as Sqlite } from "bun:sqlite";
import type {
  AnswerToKeep,
  KeyToBegin,
  LedgerCommands,
  OpenHold,
  Reserve,
  Settle,
} from "../port.ts";
import { assertCost, endHold, type Settlement, takeHold } from "../rules.ts";
import type { AccountBook } from "./account-book.ts";

/** The idempotency keys of requests, kept in the transactions of their holds and settlements. */
export interface KeyMarks {
  /** Whether a request has the key. */
  isInUse(accountId: string, key: KeyToBegin): boolean;
  /** Marks the key as that of a request in progress. */
  begin(accountId: string, key: KeyToBegin, requestId: string, nowMs: number): void;
  /** Keeps the answer. */
  keep(requestId: string, answer: AnswerToKeep, nowMs: number): void;
  /** Frees the key of a request that has no whole answer. */
  release(requestId: string): void;
  /** Frees the keys in progress of requests that have no hold. */
  releaseUnheld(): void;
}

type HoldRow = [
  accountId: string,
  keyId: string,
  amountMicro: number,
  modelId: string,
  stream: number,
];

/** Prepares the statements once; each function belongs into a batch's transaction. */
export function prepareRequests(
  sqlite: Sqlite,
  book: AccountBook,
  keys: KeyMarks,
): Pick<LedgerCommands, "reserve" | "settle" | "releaseOrphans"> {
  const insertHold = sqlite.prepare(
    `INSERT INTO holds (request_id, account_id, key_id, amount_micro, model_id, stream, created_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const takeHoldRow = sqlite.prepare<unknown, [string]>(
    `DELETE FROM holds WHERE request_id = ?
      RETURNING account_id, key_id, amount_micro, model_id, stream`,
  );
  const openHolds = sqlite.prepare<Omit<OpenHold, "stream"> & { stream: number }, []>(
    `SELECT request_id AS requestId, account_id AS accountId, key_id AS keyId, amount_micro AS amountMicro,
      model_id AS modelId, stream, created_at_ms AS createdAtMs FROM holds`,
  );
  const insertRecord = sqlite.prepare(
    `INSERT INTO requests (id, account_id, key_id, model_id, provider_id, upstream_model, stream, ending,
        http_status, error_code, usage_json, usage_source, price_json, held_micro, charged_micro, shortfall_micro,
        unbilled_micro, provider_cost_micro, started_at_ms, first_event_ms, duration_ms, ended_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  function accountOf(accountId: string) {
    const account = book.find(accountId);
    if (account === undefined) throw new Error(`no account ${accountId}`);
    return account;
  }

  function reserve(request: Reserve) {
    const { requestId, accountId, keyed } = request;
    // A duplicate may have come first since it was looked for, even in the same batch.
    if (keyed !== null && keys.isInUse(accountId, keyed)) return { kind: "key_in_use" } as const;
    const account = accountOf(accountId);
    const held = takeHold(account, request.wish);
    if (held === null) {
      const { balanceMicro, heldMicro } = account;
      return { kind: "short", balanceMicro, heldMicro } as const;
    }
    insertHold.run(
      requestId,
      accountId,
      request.keyId,
      held.amountMicro,
      request.modelId,
      request.stream,
      request.atMs,
    );
    book.set(accountId, held);
    if (keyed !== null) keys.begin(accountId, keyed, requestId, request.atMs);
    return { kind: "held", ...held } as const;
  }

  function settle(end: Settle): Settlement | null {
    assertCost(end.costMicro);
    const { requestId, atMs, answer } = end;
    const [hold] = takeHoldRow.values(requestId) as HoldRow[];
    if (hold === undefined) return null;
    const [accountId, , amountMicro] = hold;
    const settlement = endHold(accountOf(accountId), amountMicro, end.costMicro);
    const { balanceMicro, chargedMicro } = settlement;
    book.set(accountId, settlement);
    if (chargedMicro > 0) {
      book.post({
        accountId,
        kind: "charge",
        amountMicro: -chargedMicro,
        balanceAfterMicro: balanceMicro,
        requestId,
        note: null,
        createdAtMs: atMs,
      });
    }
    record(end, hold, settlement);
    if (answer === "free") keys.release(requestId);
    else if (answer !== null) keys.keep(requestId, answer, atMs);
    return settlement;
  }

  function record(end: Settle, hold: HoldRow, { chargedMicro, shortfallMicro }: Settlement): void {
    const [accountId, keyId, amountMicro, modelId, stream] = hold;
    const { terms, usage } = end;
    insertRecord.run(
      end.requestId,
      accountId,
      keyId,
      modelId,
      terms?.providerId ?? "",
      terms?.upstreamModel ?? "",
      stream,
      end.ending,
      end.httpStatus,
      end.errorCode,
      usage === null ? null : JSON.stringify(usage),
      end.usageSource,
      terms?.priceJson ?? null,
      amountMicro,
      chargedMicro,
      shortfallMicro,
      end.unbilledMicro,
      end.providerCostMicro,
      end.startedAtMs,
      end.firstEventMs,
      end.durationMs,
      end.atMs,
    );
  }

  function releaseOrphans({ atMs }: { atMs: number }): OpenHold[] {
    const orphans = openHolds.all().map((row) => {
      const hold = { ...row, stream: Boolean(row.stream) };
      settle({
        requestId: hold.requestId,
        terms: null,
        ending: "abandoned",
        costMicro: 0,
        unbilledMicro: 0,
        providerCostMicro: null,
        httpStatus: null,
        errorCode: null,
        usage: null,
        usageSource: "none",
        startedAtMs: hold.createdAtMs,
        firstEventMs: null,
        durationMs: null,
        atMs,
        answer: "free",
      });
      return hold;
    });
    keys.releaseUnheld();
    return orphans;
  }

  return { reserve, settle, releaseOrphans };
}
