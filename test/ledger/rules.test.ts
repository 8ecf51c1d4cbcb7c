// The rules of the books by themselves: the hold against the formula in plain big integers, and what money can do.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { OperatorError } from "../../src/base/operator-error.ts";
import {
  affordableOutputTokens,
  afterAdjustment,
  afterGrant,
  afterRefund,
  amountToHold,
  amountToRefund,
  type Balance,
  endHold,
  type HoldWish,
  leastMicro,
  takeHold,
} from "../../src/ledger/rules.ts";

const MAX_MICRO = 9_007_199_254_740;

/** The sizing of holds in big integers alone, as docs/billing.md has it. */
function plainFormula(wish: HoldWish) {
  const { markupBasisPoints, outputTokensMax, limitedByClient } = wish;
  const input = BigInt(wish.inputTokenRates);
  const rate = BigInt(wish.outputTokenRate);
  const divisor = 10_000_000_000n;
  const factor = BigInt(10_000 + markupBasisPoints);
  const floor = Math.min(wish.floorOutputTokens, outputTokensMax);
  const holdFor = (tokens: number) =>
    Number(((input + BigInt(tokens) * rate) * factor + divisor - 1n) / divisor);
  const ratesWithin = (micro: number) => (BigInt(micro) * divisor) / factor;
  const tokensWithin = (rates: bigint) => {
    if (rates < 0n) return 0;
    if (rate === 0n) return outputTokensMax;
    const tokens = rates / rate;
    return tokens > BigInt(outputTokensMax) ? outputTokensMax : Number(tokens);
  };
  const affordable = (micro: number) => tokensWithin(ratesWithin(micro) - input);
  const least = holdFor(limitedByClient ? outputTokensMax : floor);
  const size = (available: number): number | null => {
    if (least > available) return null;
    if (limitedByClient) return least;
    const share = tokensWithin(ratesWithin(Math.floor(available / wish.defaultOutputShare)));
    return holdFor(Math.min(affordable(available), Math.max(floor, share)));
  };
  return { least, affordable, size };
}

/** Sums that a number holds, and sums that it does not. */
const tokenRates = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.maxSafeInteger().map(Math.abs),
  fc.bigInt({ min: 0n, max: 10n ** 18n }),
);
const wishes: fc.Arbitrary<HoldWish> = fc.record({
  inputTokenRates: tokenRates,
  outputTokenRate: fc.oneof(fc.integer({ min: 0, max: 200_000_000 }), fc.bigInt(0n, 10n ** 12n)),
  markupBasisPoints: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })),
  outputTokensMax: fc.integer({ min: 1, max: 1_000_000 }),
  limitedByClient: fc.boolean(),
  floorOutputTokens: fc.integer({ min: 1, max: 5_000 }),
  defaultOutputShare: fc.integer({ min: 1, max: 100 }),
});
const micro = fc.integer({ min: 0, max: MAX_MICRO });
const accounts: fc.Arbitrary<Balance> = fc
  .tuple(micro, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([balanceMicro, part]) => ({
    balanceMicro,
    heldMicro: Math.floor(balanceMicro * part),
  }));
const availableOf = ({ balanceMicro, heldMicro }: Balance) => balanceMicro - heldMicro;

const RUNS = { numRuns: 2_000 };

describe("what is held", () => {
  test("is what the formula in big integers says, whatever the figures", () => {
    fc.assert(
      fc.property(wishes, micro, (wish, available) => {
        const plain = plainFormula(wish);
        expect(leastMicro(wish)).toBe(plain.least);
        expect(affordableOutputTokens(wish, available)).toBe(plain.affordable(available));
        expect(amountToHold(wish, available)).toBe(plain.size(available));
      }),
      RUNS,
    );
  });

  test("is at least the least, at most what is available, and pays for what it is said to", () => {
    fc.assert(
      fc.property(wishes, accounts, (wish, account) => {
        const held = takeHold(account, wish);
        if (held === null) {
          expect(leastMicro(wish)).toBeGreaterThan(availableOf(account));
          return;
        }
        expect(held.amountMicro).toBeGreaterThanOrEqual(leastMicro(wish));
        expect(held.amountMicro).toBeLessThanOrEqual(availableOf(account));
        expect(held.balanceMicro).toBe(account.balanceMicro);
        expect(held.heldMicro).toBe(account.heldMicro + held.amountMicro);
        const paidFor = affordableOutputTokens(wish, held.amountMicro);
        const most = wish.limitedByClient ? wish.outputTokensMax : wish.floorOutputTokens;
        expect(paidFor).toBeGreaterThanOrEqual(Math.min(most, wish.outputTokensMax));
      }),
      RUNS,
    );
  });

  test("of a free model is nothing, whatever there is", () => {
    fc.assert(
      fc.property(accounts, (account) => {
        expect(takeHold(account, null)).toEqual({ ...account, amountMicro: 0 });
      }),
    );
  });

  test("can be a number or a bigint without a difference", () => {
    fc.assert(
      fc.property(wishes, micro, (wish, available) => {
        const big = {
          ...wish,
          inputTokenRates: BigInt(wish.inputTokenRates),
          outputTokenRate: BigInt(wish.outputTokenRate),
        };
        expect(amountToHold(big, available)).toBe(amountToHold(wish, available));
      }),
    );
  });
});

describe("a settlement", () => {
  const cases = accounts.chain((account) =>
    fc.tuple(fc.constant(account), fc.integer({ min: 0, max: account.heldMicro }), micro),
  );

  test("takes the cost as far as others' holds leave it, and writes the rest off", () => {
    fc.assert(
      fc.property(cases, ([account, holdMicro, costMicro]) => {
        const settled = endHold(account, holdMicro, costMicro);
        const { chargedMicro, shortfallMicro } = settled;
        expect(chargedMicro + shortfallMicro).toBe(costMicro);
        expect(Math.min(chargedMicro, shortfallMicro)).toBeGreaterThanOrEqual(0);
        expect(settled.balanceMicro).toBe(account.balanceMicro - chargedMicro);
        expect(settled.heldMicro).toBe(account.heldMicro - holdMicro);
        expect(availableOf(settled)).toBeGreaterThanOrEqual(0);
        if (shortfallMicro > 0) expect(availableOf(settled)).toBe(0);
        if (costMicro <= holdMicro) expect(shortfallMicro).toBe(0);
      }),
      RUNS,
    );
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])("of %p is a fault of ours", (costMicro) => {
    expect(() => endHold({ balanceMicro: 10, heldMicro: 5 }, 5, costMicro)).toThrow(RangeError);
  });
});

describe("the operator", () => {
  const signed = fc.integer({ min: -MAX_MICRO, max: MAX_MICRO });
  const after = (change: () => Balance): Balance | null => {
    try {
      return change();
    } catch (error) {
      expect(error).toBeInstanceOf(OperatorError);
      return null;
    }
  };

  test("may grant what is positive and fits", () => {
    fc.assert(
      fc.property(accounts, signed, (account, amountMicro) => {
        const { balanceMicro, heldMicro } = account;
        const fits = amountMicro > 0 && balanceMicro + amountMicro <= MAX_MICRO;
        const expected = fits ? { balanceMicro: balanceMicro + amountMicro, heldMicro } : null;
        expect(after(() => afterGrant(account, amountMicro))).toEqual(expected);
      }),
      RUNS,
    );
  });

  test("may correct a balance either way, with a reason, but take only what is available", () => {
    fc.assert(
      fc.property(accounts, signed, fc.constantFrom("why", "", " "), (account, amount, note) => {
        const { balanceMicro, heldMicro } = account;
        const mayBe =
          amount !== 0 &&
          note === "why" &&
          -amount <= availableOf(account) &&
          balanceMicro + amount <= MAX_MICRO;
        const expected = mayBe ? { balanceMicro: balanceMicro + amount, heldMicro } : null;
        expect(after(() => afterAdjustment(account, amount, note))).toEqual(expected);
      }),
      RUNS,
    );
  });

  test("may refund an ended request, and no more than is left of its charge", () => {
    const requests = fc.record({
      requestId: fc.constant("req_1"),
      state: fc.constantFrom("ended", "running", "unknown"),
      chargedMicro: fc.integer({ min: 0, max: 100 }),
      refundedMicro: fc.integer({ min: 0, max: 100 }),
    });
    const wish = fc.option(fc.integer({ min: -5, max: 120 }));
    fc.assert(
      fc.property(requests, wish, (request, wishMicro) => {
        const left = request.chargedMicro - request.refundedMicro;
        const amount = wishMicro ?? left;
        const mayBe = request.state === "ended" && left > 0 && amount > 0 && amount <= left;
        let given: number | null = null;
        try {
          given = amountToRefund(request, wishMicro);
        } catch (error) {
          expect(error).toBeInstanceOf(OperatorError);
        }
        expect(given).toBe(mayBe ? amount : null);
      }),
      RUNS,
    );
    const full = { balanceMicro: MAX_MICRO, heldMicro: 0 };
    expect(() => afterRefund(full, 1)).toThrow("more than the ledger can hold");
  });
});
