// The holds of requests in progress: on disk, and those that this connection took in memory too.
import type { Database as Sqlite } from "bun:sqlite";

/** A hold, and what its request's record has of it. */
export interface OwnHold {
  accountId: string;
  keyId: string;
  amountMicro: number;
  modelId: string;
  stream: boolean;
}

export interface HoldBook {
  take(requestId: string, hold: OwnHold, atMs: number): void;
  /** Ends a hold exactly once; undefined when there is none, or it was ended, by whichever process. */
  end(requestId: string): OwnHold | undefined;
  /** Holds of a transaction that was rolled back count no more. */
  ended(isCommitted: boolean): void;
}

/** Holds that are kept in memory; they are never changed, and what is forgotten is read. */
const MAX_KEPT = 10_000;

type HoldRow = [
  accountId: string,
  keyId: string,
  amountMicro: number,
  modelId: string,
  stream: number,
];

/**
 * Prepares the statements once; all but `ended` belongs into a batch's transaction.
 * @param ownerId the process that the holds are of
 */
export function createHoldBook(sqlite: Sqlite, ownerId: string): HoldBook {
  const insert = sqlite.prepare(
    `INSERT INTO holds (request_id, account_id, key_id, amount_micro, model_id, stream, owner_id, created_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = sqlite.prepare("DELETE FROM holds WHERE request_id = ?");
  const removeUnknown = sqlite.prepare<unknown, [string]>(
    `DELETE FROM holds WHERE request_id = ?
      RETURNING account_id, key_id, amount_micro, model_id, stream`,
  );
  const known = new Map<string, OwnHold>();

  function endUnknown(requestId: string): OwnHold | undefined {
    const [row] = removeUnknown.values(requestId) as HoldRow[];
    if (row === undefined) return undefined;
    const [accountId, keyId, amountMicro, modelId, stream] = row;
    return { accountId, keyId, amountMicro, modelId, stream: Boolean(stream) };
  }

  return {
    take(requestId, hold, atMs) {
      const { accountId, keyId, amountMicro, modelId, stream } = hold;
      insert.run(requestId, accountId, keyId, amountMicro, modelId, stream, ownerId, atMs);
      if (known.size >= MAX_KEPT) known.clear();
      known.set(requestId, hold);
    },
    end(requestId) {
      const hold = known.get(requestId);
      if (hold === undefined) return endUnknown(requestId);
      known.delete(requestId);
      return remove.run(requestId).changes > 0 ? hold : undefined;
    },
    ended(isCommitted) {
      if (!isCommitted) known.clear();
    },
  };
}
