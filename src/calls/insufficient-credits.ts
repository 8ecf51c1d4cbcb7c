// The refusal of a request whose hold is not covered.
import { ApiError } from "../base/errors.ts";
import { formatCredits } from "../base/micro.ts";
import {
  affordableOutputTokens,
  type Balance,
  type HoldWish,
  leastMicro,
} from "../ledger/rules.ts";

/**
 * The 402. It tells an empty balance from credit that calls in flight hold: the latter comes back by itself, so only
 * then is a retry worth it.
 */
export function insufficientCredits(wish: HoldWish, account: Balance): ApiError {
  const availableMicro = account.balanceMicro - account.heldMicro;
  const tokens = affordableOutputTokens(wish, availableMicro);
  const neededMicro = leastMicro(wish);
  const transient = neededMicro <= account.balanceMicro;
  const message = [
    `Credit balance too low: this request needs a deposit of ${formatCredits(neededMicro)}`,
    `and ${formatCredits(availableMicro)} is available`,
    `(balance ${formatCredits(account.balanceMicro)}, of which`,
    `${formatCredits(account.heldMicro)} is held by calls in flight).`,
    tokens > 0
      ? `That would buy ${tokens} output tokens: set max_tokens to at most that.`
      : "That would not buy any output tokens for this input.",
    transient ? "Retry when the calls in flight have ended." : "",
  ];
  return new ApiError({
    status: 402,
    type: "insufficient_quota",
    code: "insufficient_credits",
    message: message.join(" ").trim(),
    shouldRetry: transient,
    ...(transient ? { retryAfterMs: IN_FLIGHT_RETRY_MS } : {}),
  });
}

/** A call in flight usually ends within seconds. */
const IN_FLIGHT_RETRY_MS = 2000;
