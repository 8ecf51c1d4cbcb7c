// Requests that come again under the same idempotency key: answered as the first time, and not charged.
import { ApiError } from "../base/errors.ts";
import type { AnswerPort, IdempotencyKey, KeptAnswer, KeptWindow } from "../idempotency/answers.ts";
import type { LedgerPort, RequestRecord } from "../ledger/port.ts";
import { fromStore } from "./from-store.ts";

/** A kept answer, to be given again. */
export interface Replay {
  /** The request that was charged for it. */
  requestId: string;
  /** A whole answer's JSON, or a stream's chunks, one a line. */
  body: string;
  /** What the first caller was told of fields that were left out; null for none. */
  ignored: string | null;
}

/** What a request's idempotency key needs on its way; null for a request without one. */
export interface KeyedRequest {
  key: IdempotencyKey;
  /** Answers of keys that were first used outside of it count no more. */
  window: KeptWindow;
  /** The longest answer that is kept, in bytes. */
  maxAnswerBytes: number;
}

interface Stores {
  answers: AnswerPort;
  ledger: Pick<LedgerPort, "findRecord">;
}

/** A kept answer as it is kept, without its usage, and the record that has it. */
export type KeptReplay = Replay & { record: RequestRecord };

/**
 * Looks whether the key was used before.
 * @returns the kept answer, or null when the request is the first with this key
 * @throws ApiError 422 when the key came with another body, 409 while the first request is in progress, and when its
 * answer was too large to keep
 */
export const findReplay = async (stores: Stores, keyed: KeyedRequest): Promise<KeptReplay | null> =>
  fromStore(() => findKept(stores, keyed));

async function findKept(
  { answers, ledger }: Stores,
  { key, window }: KeyedRequest,
): Promise<KeptReplay | null> {
  const kept = await answers.find(key.accountId, key.keyHash, window);
  if (kept === undefined) return null;
  const replay = wholeAnswer(kept, key);
  const record = await ledger.findRecord(replay.requestId);
  if (record !== undefined) return { ...replay, record };
  throw new Error(`an answer is kept of ${replay.requestId}, which has no record`);
}

function wholeAnswer(kept: KeptAnswer, key: IdempotencyKey): Replay {
  const { body, bodyHash, endedAtMs, ignored, requestId } = kept;
  if (bodyHash !== key.bodyHash) throw otherBody();
  if (endedAtMs === null) throw inProgress();
  if (body === null) throw notKept(requestId);
  return { requestId, body, ignored };
}

/** Time for the first request to come on: most answers take seconds. */
const DUPLICATE_RETRY_MS = 1000;

/** The duplicate of a request in progress: it is told to come again, and gets the answer then. */
export const inProgress = (): ApiError =>
  new ApiError({
    status: 409,
    type: "invalid_request_error",
    code: "idempotency_key_in_progress",
    message: "A request with this Idempotency-Key is in progress. Retry to get its answer.",
    retryAfterMs: DUPLICATE_RETRY_MS,
    shouldRetry: true,
  });

const otherBody = (): ApiError =>
  new ApiError({
    status: 422,
    type: "invalid_request_error",
    code: "idempotency_key_reused",
    param: "Idempotency-Key",
    message: "This Idempotency-Key was used with another request body. Use a new key.",
  });

const notKept = (requestId: string): ApiError =>
  new ApiError({
    status: 409,
    type: "invalid_request_error",
    code: "idempotent_answer_not_kept",
    message:
      `The request with this Idempotency-Key was answered and charged as ${requestId}, ` +
      "but its answer was too large to keep. To ask again, use a new key.",
    shouldRetry: false,
  });
