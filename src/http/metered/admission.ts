// Who may come in: places and memory for chat requests, in the whole server and for each account.
import { ApiError, overloaded, tooManyRequests } from "../../base/errors.ts";
import { BODY_FORMS } from "../../config/limits-section.ts";
import type { Config } from "../../config/schema.ts";

type Limits = Config["limits"];

/** A request's place, with the memory that its body takes. */
export interface Place {
  /**
   * Counts the body, of which so many bytes are known by now.
   * @throws ApiError 429 or 503 when there is no room for it
   */
  holdBody(bytes: number): void;
  /** The provider answers, so that the body is not needed in all its forms any more. */
  bodyWasSent(): void;
  /** The request has ended. May come more than once. */
  leave(): void;
}

export interface Admission {
  /** @throws ApiError 429 when the account has its share of the places, 503 when all are taken */
  enter(accountId: string): Place;
}

/** Of the forms that a body takes, those that are kept until its request has ended: the JSON, and what went upstream. */
const FORMS_KEPT = 2;

const RETRY_MS = 1000;

interface Use {
  places: number;
  bodyMemory: number;
}

export function createAdmission(limits: Limits): Admission {
  const all: Use = { places: 0, bodyMemory: 0 };
  const accounts = new Map<string, Use>();
  const placesOfOne = Math.ceil(limits.concurrentRequests / limits.accountShare);
  const memoryOfOne = limits.bodyMemoryBytes / limits.accountShare;

  function enter(accountId: string): Place {
    const own = accounts.get(accountId) ?? { places: 0, bodyMemory: 0 };
    if (all.places >= limits.concurrentRequests) throw tooManyRequests();
    if (own.places >= placesOfOne) throw tooManyOfAccount(placesOfOne);
    accounts.set(accountId, own);
    own.places += 1;
    all.places += 1;
    let held = 0;
    let hasLeft = false;

    function hold(memory: number): void {
      own.bodyMemory += memory - held;
      all.bodyMemory += memory - held;
      held = memory;
    }

    return {
      holdBody(bytes) {
        const more = bytes * BODY_FORMS - held;
        if (own.bodyMemory + more > memoryOfOne) throw bodiesOfAccountTooLarge();
        if (all.bodyMemory + more > limits.bodyMemoryBytes) throw bodiesTooLarge();
        hold(held + more);
      },
      bodyWasSent() {
        if (!hasLeft) hold((held / BODY_FORMS) * FORMS_KEPT);
      },
      leave() {
        if (hasLeft) return;
        hasLeft = true;
        hold(0);
        own.places -= 1;
        all.places -= 1;
        if (own.places === 0) accounts.delete(accountId);
      },
    };
  }

  return { enter };
}

const limited = (message: string): ApiError =>
  new ApiError({
    status: 429,
    type: "rate_limit_error",
    code: "rate_limit_exceeded",
    message,
    retryAfterMs: RETRY_MS,
  });

const tooManyOfAccount = (max: number): ApiError =>
  limited(`The account may have ${max} requests in progress. Retry when some have ended.`);

const bodiesOfAccountTooLarge = (): ApiError =>
  limited(
    "The account's requests in progress have too large bodies together. Retry when some have ended.",
  );

const bodiesTooLarge = (): ApiError =>
  overloaded("The requests in progress have too large bodies together.", {
    retryAfterMs: RETRY_MS,
  });
