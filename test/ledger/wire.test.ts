// What crosses to the writer's thread and back: whatever was sent is what arrives.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { UNITS } from "../../src/base/units.ts";
import type { Reserve, Settle, Terms } from "../../src/ledger/port.ts";
import type { BatchReply } from "../../src/ledger/sqlite/batch.ts";
import {
  createPacker,
  createUnpacker,
  packReply,
  unpackReply,
} from "../../src/ledger/sqlite/wire.ts";
import { plainUsage } from "../../src/metering/estimate.ts";

const text = fc.string({ unit: "grapheme" });
const whole = fc.maxSafeNat();
const exact = fc.oneof(whole, fc.bigInt({ min: 0n, max: 2n ** 80n }));
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });

const reserves: fc.Arbitrary<Reserve> = fc.record({
  requestId: text,
  accountId: text,
  keyId: text,
  modelId: text,
  stream: fc.boolean(),
  atMs: whole,
  wish: orNull(
    fc.record({
      inputTokenRates: exact,
      outputTokenRate: exact,
      markupBasisPoints: whole,
      outputTokensMax: whole,
      limitedByClient: fc.boolean(),
      floorOutputTokens: whole,
      defaultOutputShare: whole,
    }),
  ) as fc.Arbitrary<Reserve["wish"]>,
  keyed: orNull(fc.record({ keyHash: text, bodyHash: text, afterMs: whole, beforeMs: whole })),
});

const someTerms: fc.Arbitrary<Terms> = fc.record({
  providerId: text,
  upstreamModel: text,
  priceJson: orNull(text),
});

const usages = fc
  .record(
    { ...Object.fromEntries(UNITS.map((unit) => [unit, fc.integer({ min: 1 })])) },
    {
      requiredKeys: [],
    },
  )
  .chain((units) =>
    fc.tuple(whole, whole, whole).map(([input, output, reasoningTokens]) => ({
      ...plainUsage(input, output),
      reasoningTokens,
      ...units,
    })),
  );

/** Settlements of which several have the same terms, as those of one deployment do. */
const settles = fc.array(someTerms, { minLength: 1, maxLength: 3 }).chain(
  (shared): fc.Arbitrary<Settle> =>
    fc.record({
      requestId: text,
      terms: orNull(fc.constantFrom(...shared)),
      attempts: whole,
      ending: fc.constantFrom("completed", "stopped"),
      costMicro: whole,
      unbilledMicro: whole,
      providerCostMicro: orNull(whole),
      httpStatus: orNull(whole),
      errorCode: orNull(text),
      usage: orNull(usages),
      usageSource: fc.constantFrom("reported", "estimated", "none"),
      startedAtMs: whole,
      firstEventMs: orNull(whole),
      durationMs: orNull(whole),
      atMs: whole,
      answer: fc.oneof(
        fc.constantFrom(null, "free" as const),
        fc.record({ body: orNull(text), ignored: orNull(text) }),
      ),
    }) as fc.Arbitrary<Settle>,
);

const units = fc.oneof(
  reserves.map((reserve) => ["reserve", reserve] as const),
  settles.map((settle) => ["settle", settle] as const),
  fc.constantFrom(
    ["beat", 1] as const,
    ["revokeKey", "key_1", 2] as const,
    ["together", [["addKey", { id: "key_1", expiresAtMs: null }]]] as const,
  ),
);

test("batches arrive as they were sent, one after the other", () => {
  fc.assert(
    fc.property(fc.array(fc.array(units), { maxLength: 4 }), (batches) => {
      const pack = createPacker();
      const unpack = createUnpacker();
      for (const batch of batches) {
        expect(unpack(structuredClone(pack(batch)))).toEqual(structuredClone(batch) as never);
      }
    }),
  );
});

describe("terms", () => {
  const settleOf = (terms: Terms) => {
    const [end] = fc.sample(settles, { numRuns: 1, seed: 1 });
    return ["settle", { ...(end as Settle), terms }] as const;
  };
  const termsOf = (number: number): Terms => ({
    providerId: `provider ${number}`,
    upstreamModel: "m",
    priceJson: "x".repeat(1_000),
  });

  test("are sent once", () => {
    const pack = createPacker();
    const terms = termsOf(1);
    const lengths = [1, 2, 3].map(() => JSON.stringify(pack([settleOf(terms)])).length);
    expect(lengths[0]).toBeGreaterThan(1_000);
    expect(lengths.slice(1).every((length) => length < 500)).toBe(true);
  });

  test("beyond what is remembered are sent again", () => {
    const pack = createPacker();
    const unpack = createUnpacker();
    const many = Array.from({ length: 2_500 }, (_, number) => termsOf(number));
    for (const terms of [...many, ...many.slice(0, 10), ...many.slice(-10)]) {
      expect(unpack(pack([settleOf(terms)]))[0]?.[1]).toMatchObject({ terms });
    }
  });

  test("that were told to another thread are not known to this one", () => {
    const pack = createPacker();
    const terms = termsOf(1);
    pack([settleOf(terms)]);
    expect(() => createUnpacker()(pack([settleOf(terms)]))).toThrow("never told");
  });
});

describe("a reply", () => {
  const money = { balanceMicro: 90, heldMicro: 10 };
  const reserve = ["reserve", fc.sample(reserves, 1)[0]] as const;
  const settle = ["settle", fc.sample(settles, 1)[0]] as const;

  test("arrives as it was sent, whatever came of each unit", () => {
    const failure = { kind: "rule", name: "OperatorError", message: "no", code: "" } as const;
    const settled = { ...money, heldByRequestMicro: 1, chargedMicro: 2, shortfallMicro: 3 };
    const cases = [
      [reserve, { value: { kind: "held", amountMicro: 5, ...money } }],
      [reserve, { value: { kind: "short", ...money } }],
      [reserve, { value: { kind: "key_in_use" } }],
      [reserve, { failure }],
      [settle, { value: settled }],
      [settle, { value: null }],
      [settle, { failure }],
      [["beat", 1], { value: undefined }],
      [["grant", {}], { value: money }],
    ] as const;
    const sent: BatchReply = { outcomes: cases.map(([, outcome]) => outcome) };
    const packed = packReply(
      cases.map(([unit]) => unit),
      sent,
    );
    expect(unpackReply(structuredClone(packed))).toEqual(sent);
  });

  test("of a batch that could not be written arrives as it was sent", () => {
    const failure = { kind: "store", name: "SQLiteError", message: "full", code: "SQLITE_FULL" };
    const reply = { isLocked: false, failure } as BatchReply;
    expect(unpackReply(structuredClone(packReply([reserve], reply)))).toEqual(reply);
  });
});
