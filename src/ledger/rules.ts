// The rules of the books, pure: what is held, what a settlement takes, and what the operator may do. No store, no clock.
import {
  addProduct,
  type Exact,
  minus,
  roundUpToMicro,
  tokenRatesWithin,
  wholeTimes,
} from "../base/exact.ts";
import { assertMicro, formatCredits, MAX_AMOUNT_MICRO } from "../base/micro.ts";
import { OperatorError } from "../base/operator-error.ts";

/** An account's money in micro-dollars. What can be spent is `balanceMicro - heldMicro`. */
export interface Balance {
  balanceMicro: number;
  heldMicro: number;
}

/** How much a request wants held, as figures of which an amount is made once it is known what is available. */
export interface HoldWish {
  /** The most that the input can be, in tokens times micro-dollars per million tokens, before markup. */
  inputTokenRates: Exact;
  /** What one output token costs at most in all choices, in micro-dollars per million tokens. */
  outputTokenRate: Exact;
  /** The operator's markup in hundredths of a percent. */
  markupBasisPoints: number;
  /** The most output tokens that one choice can have: the client's limit, or else the model's. */
  outputTokensMax: number;
  /** Whether the client named that limit; then all of it is held. */
  limitedByClient: boolean;
  /** The fewest output tokens that are held for without such a limit. */
  floorOutputTokens: number;
  /** Without such a limit the output takes at most one part in so many of what is available. */
  defaultOutputShare: number;
}

/** @returns the hold for so many output tokens of one choice, in micro-dollars. */
function holdForOutput(wish: HoldWish, outputTokens: number): number {
  const tokenRates = addProduct(wish.inputTokenRates, outputTokens, wish.outputTokenRate);
  return roundUpToMicro(tokenRates, wish.markupBasisPoints);
}

/** The least that must be available, in micro-dollars. */
export const leastMicro = (wish: HoldWish): number =>
  holdForOutput(wish, wish.limitedByClient ? wish.outputTokensMax : floorOf(wish));

const floorOf = ({ floorOutputTokens, outputTokensMax }: HoldWish): number =>
  Math.min(floorOutputTokens, outputTokensMax);

/** The output tokens of one choice that an amount buys once the input is paid; 0 when not even that. */
export function affordableOutputTokens(wish: HoldWish, amountMicro: number): number {
  const within = tokenRatesWithin(amountMicro, wish.markupBasisPoints);
  return outputTokensWithin(wish, minus(within, wish.inputTokenRates));
}

function outputTokensWithin(wish: HoldWish, tokenRates: Exact): number {
  const { outputTokenRate, outputTokensMax } = wish;
  if (tokenRates < 0) return 0;
  if (outputTokenRate <= 0) return outputTokensMax;
  const tokens = wholeTimes(tokenRates, outputTokenRate);
  return tokens > outputTokensMax ? outputTokensMax : Number(tokens);
}

/** @returns how much to hold of what is available, in micro-dollars; null when that is too little. */
export function amountToHold(wish: HoldWish, availableMicro: number): number | null {
  const leastAmountMicro = leastMicro(wish);
  if (leastAmountMicro > availableMicro) return null;
  if (wish.limitedByClient) return leastAmountMicro;
  const shareMicro = Math.floor(availableMicro / wish.defaultOutputShare);
  const shareTokens = outputTokensWithin(
    wish,
    tokenRatesWithin(shareMicro, wish.markupBasisPoints),
  );
  const affordable = affordableOutputTokens(wish, availableMicro);
  return holdForOutput(wish, Math.min(affordable, Math.max(floorOf(wish), shareTokens)));
}

/** @returns the hold of a request and the account with it; null when too little is available. A free model holds 0. */
export function takeHold(
  account: Balance,
  wish: HoldWish | null,
): (Balance & { amountMicro: number }) | null {
  const { balanceMicro, heldMicro } = account;
  const amountMicro = wish === null ? 0 : amountToHold(wish, balanceMicro - heldMicro);
  if (amountMicro === null) return null;
  assertMicro(amountMicro);
  return { amountMicro, balanceMicro, heldMicro: heldMicro + amountMicro };
}

/** What a settlement comes to. */
export interface Settlement extends Balance {
  heldByRequestMicro: number;
  chargedMicro: number;
  /** Cost beyond what the account could pay, written off. */
  shortfallMicro: number;
}

/** @throws RangeError for a cost that is negative, not whole, or not exact: that is a fault of ours. */
export function assertCost(costMicro: number): void {
  assertMicro(costMicro);
  if (costMicro < 0) throw new RangeError("a request cannot cost less than nothing");
}

/** Ends a hold: gives it back, and takes the cost of what is available then, which others' holds are no part of. */
export function endHold(
  account: Balance,
  heldByRequestMicro: number,
  costMicro: number,
): Settlement {
  assertCost(costMicro);
  const heldMicro = account.heldMicro - heldByRequestMicro;
  const chargedMicro = Math.min(costMicro, account.balanceMicro - heldMicro);
  return {
    balanceMicro: account.balanceMicro - chargedMicro,
    heldMicro,
    heldByRequestMicro,
    chargedMicro,
    shortfallMicro: costMicro - chargedMicro,
  };
}

/** The account after a grant. @throws OperatorError when the amount is not positive, or the balance would be too large. */
export function afterGrant(account: Balance, amountMicro: number): Balance {
  if (amountMicro <= 0) throw new OperatorError("an amount to grant must be more than zero");
  return afterEntry(account, amountMicro);
}

/**
 * The account after an adjustment.
 * @throws OperatorError when it is zero, has no note, takes more than is available, or makes the balance too large.
 */
export function afterAdjustment(account: Balance, amountMicro: number, note: string): Balance {
  if (amountMicro === 0) throw new OperatorError("an adjustment must not be zero");
  if (note.trim() === "") throw new OperatorError("an adjustment needs a note that says why");
  const availableMicro = account.balanceMicro - account.heldMicro;
  if (-amountMicro > availableMicro) {
    throw new OperatorError(
      `${formatCredits(-amountMicro)} credits are more than is available: ` +
        `${formatCredits(availableMicro)} available, ` +
        `${formatCredits(account.heldMicro)} held by requests in progress`,
    );
  }
  return afterEntry(account, amountMicro);
}

/** What is known of a request whose charge is to be refunded. */
export interface Refundable {
  requestId: string;
  /** `running`: it has not ended; `unknown`: there is none. */
  state: "ended" | "running" | "unknown";
  chargedMicro: number;
  /** What has been given back of the charge. */
  refundedMicro: number;
}

/**
 * How much to give back of a charge, in micro-dollars.
 * @param wishMicro null for all that is left of it
 * @throws OperatorError when the request has not ended, was not charged, or less than that is left of its charge.
 */
export function amountToRefund(request: Refundable, wishMicro: number | null): number {
  const { requestId, state, chargedMicro, refundedMicro } = request;
  if (state === "unknown") throw new OperatorError(`there is no request ${requestId}`);
  if (state === "running") {
    throw new OperatorError(
      `request ${requestId} is still in progress: it can be refunded once it has ended`,
    );
  }
  if (chargedMicro === 0) throw new OperatorError(`nothing was charged for request ${requestId}`);
  const leftMicro = chargedMicro - refundedMicro;
  if (leftMicro <= 0) {
    throw new OperatorError(`the whole charge of request ${requestId} has been refunded already`);
  }
  if (wishMicro === null) return leftMicro;
  if (wishMicro <= 0) throw new OperatorError("an amount to refund must be more than zero");
  if (wishMicro <= leftMicro) return wishMicro;
  throw new OperatorError(
    `${formatCredits(wishMicro)} credits are more than is left of the charge of request ` +
      `${requestId}: ${formatCredits(leftMicro)}`,
  );
}

/** The account after a refund. @throws OperatorError when the balance would be too large. */
export const afterRefund = (account: Balance, amountMicro: number): Balance =>
  afterEntry(account, amountMicro);

function afterEntry({ balanceMicro, heldMicro }: Balance, amountMicro: number): Balance {
  assertMicro(amountMicro);
  const afterMicro = balanceMicro + amountMicro;
  if (afterMicro > MAX_AMOUNT_MICRO) {
    throw new OperatorError("the balance would be more than the ledger can hold");
  }
  return { balanceMicro: afterMicro, heldMicro };
}
