// Requests that come again under the same idempotency key: answered as the first time, and not charged.
import { ApiError } from "../base/errors.ts";
import type {
  AnswerStore,
  IdempotencyKey,
  KeptAnswer,
  KeptWindow,
} from "../idempotency/answers.ts";

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
  store: AnswerStore;
  /** Answers of keys that were first used outside of it count no more. */
  window: KeptWindow;
  /** The longest answer that is kept, in bytes. */
  maxAnswerBytes: number;
}

/**
 * Looks whether the key was used before.
 * @returns the kept answer, or null when the request is the first with this key
 * @throws ApiError 422 when the key came with another body, 409 while the first request is in progress, and when its
 * answer was too large to keep
 */
export function findReplay({ key, store, window }: KeyedRequest): Replay | null {
  const kept = store.find(key.accountId, key.keyHash, window);
  return kept === undefined ? null : replayOf(kept, key);
}

/** Whether any request has the key. */
export function isKeyInUse({ key, store, window }: KeyedRequest): boolean {
  return store.find(key.accountId, key.keyHash, window) !== undefined;
}

function replayOf(kept: KeptAnswer, key: IdempotencyKey): Replay {
  if (kept.bodyHash !== key.bodyHash) throw otherBody();
  if (kept.endedAtMs === null) throw inProgress();
  if (kept.body === null) throw notKept(kept.requestId);
  return { requestId: kept.requestId, body: kept.body, ignored: kept.ignored };
}

/** Time for the first request to come on: most answers take seconds. */
const TWIN_RETRY_MS = 1000;

/** The twin of a request in progress: it is told to come again, and gets the answer then. */
export const inProgress = (): ApiError =>
  new ApiError({
    status: 409,
    type: "invalid_request_error",
    code: "idempotency_key_in_progress",
    message: "A request with this Idempotency-Key is in progress. Retry to get its answer.",
    retryAfterMs: TWIN_RETRY_MS,
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
