// Who may come in: places and memory for chat requests, in the whole server and for each account.
import { ApiError, overloaded, tooManyRequests } from "../../base/errors.ts";
import { BODY_FORMS } from "../../config/limits-section.ts";
import type { Config } from "../../config/schema.ts";

type Limits = Config["limits"];

/** Of the forms that a body takes, those that are kept until its request has ended: the JSON, and what went upstream. */
const FORMS_KEPT = 2;

const RETRY_MS = 1000;

interface Use {
  places: number;
  bodyMemory: number;
}

/** Who is in, and what their bodies take. */
export class Admission {
  readonly all: Use = { places: 0, bodyMemory: 0 };
  readonly accounts = new Map<string, Use>();
  readonly limits: Limits;
  readonly placesOfOne: number;
  readonly memoryOfOne: number;

  constructor(limits: Limits) {
    this.limits = limits;
    this.placesOfOne = Math.ceil(limits.concurrentRequests / limits.accountShare);
    this.memoryOfOne = limits.bodyMemoryBytes / limits.accountShare;
  }

  /** @throws ApiError 429 when the account has its share of the places, 503 when all are taken */
  enter(accountId: string): Place {
    const { all, accounts, limits, placesOfOne } = this;
    const own = accounts.get(accountId) ?? { places: 0, bodyMemory: 0 };
    if (all.places >= limits.concurrentRequests) throw tooManyRequests();
    if (own.places >= placesOfOne) throw tooManyOfAccount(placesOfOne);
    accounts.set(accountId, own);
    own.places += 1;
    all.places += 1;
    return new Place(this, accountId, own);
  }
}

/** A request's place, with the memory that its body takes. */
export class Place {
  readonly #admission: Admission;
  readonly #accountId: string;
  readonly #own: Use;
  #held = 0;
  #hasLeft = false;

  constructor(admission: Admission, accountId: string, own: Use) {
    this.#admission = admission;
    this.#accountId = accountId;
    this.#own = own;
  }

  /**
   * Counts the body, of which so many bytes are known by now.
   * @throws ApiError 429 or 503 when there is no room for it
   */
  holdBody(bytes: number): void {
    const { all, limits, memoryOfOne } = this.#admission;
    const more = bytes * BODY_FORMS - this.#held;
    if (this.#own.bodyMemory + more > memoryOfOne) throw bodiesOfAccountTooLarge();
    if (all.bodyMemory + more > limits.bodyMemoryBytes) throw bodiesTooLarge();
    this.#add(more);
  }

  /** The provider answers, so that the body is not needed in all its forms any more. */
  bodyWasSent(): void {
    if (!this.#hasLeft) this.#add((this.#held / BODY_FORMS) * FORMS_KEPT - this.#held);
  }

  /** The request has ended. May come more than once. */
  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#add(-this.#held);
    this.#own.places -= 1;
    this.#admission.all.places -= 1;
    if (this.#own.places === 0) this.#admission.accounts.delete(this.#accountId);
  }

  #add(memory: number): void {
    this.#held += memory;
    this.#own.bodyMemory += memory;
    this.#admission.all.bodyMemory += memory;
  }
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
