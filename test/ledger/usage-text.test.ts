// Token counts as a record keeps them: every count comes back, also through the view for readers of the file.
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { TokenUsage } from "../../src/base/chat.ts";
import { readUsage, writeUsage } from "../../src/ledger/sqlite/usage-text.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import { openBooks } from "./support.ts";

const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_000_000 }));
const tokens = {
  promptTokens: count,
  completionTokens: count,
  cachedTokens: count,
  cacheWriteTokens: count,
  cacheWrite1hTokens: count,
  promptAudioTokens: count,
  cachedAudioTokens: fc.integer({ min: 1, max: 1_000 }),
  completionAudioTokens: count,
  reasoningTokens: count,
  acceptedPredictionTokens: count,
  rejectedPredictionTokens: count,
};
const REQUIRED = Object.keys(plainUsage(0, 0)) as (keyof typeof tokens)[];
const usages: fc.Arbitrary<TokenUsage> = fc.record(tokens, { requiredKeys: REQUIRED });
const some = fc.integer({ min: 1, max: 1_000_000 });
const usagesWithUnits: fc.Arbitrary<TokenUsage> = fc.record(
  { ...tokens, images: some, seconds: some, characters: some, pages: some, requests: some },
  { requiredKeys: REQUIRED },
);

test("units beyond tokens are written and read", () => {
  fc.assert(
    fc.property(usagesWithUnits, (usage) => {
      expect(readUsage(writeUsage(usage))).toEqual(usage);
    }),
  );
});

test("what is written is read, and in the view as it was", () => {
  const books = openBooks();
  try {
    books.grant(1_000_000);
    let index = 0;
    fc.assert(
      fc.property(usages, (usage) => {
        expect(readUsage(writeUsage(usage))).toEqual(usage);
        const requestId = `r${index++}`;
        books.hold(requestId, 0);
        books.end(requestId, 0, { usage });
        const view = books.database.sqlite
          .query<{ usage_json: string }, [string]>("SELECT usage_json FROM requests WHERE id = ?")
          .get(requestId);
        expect(view?.usage_json).toBe(JSON.stringify(usage));
      }),
    );
  } finally {
    books.database.remove();
  }
});

test("zeros at the end take no room", () => {
  expect(writeUsage(plainUsage(250, 100))).toBe("[250,100]");
  expect(writeUsage(plainUsage(0, 0))).toBe("[]");
  expect(writeUsage({ ...plainUsage(1, 0), reasoningTokens: 2 })).toBe("[1,0,0,2]");
});

test.each(["{}", "[1,", '["1"]', "[1.5]", "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1]", "7"])(
  "%s is none",
  (text) => {
    expect(() => readUsage(text)).toThrow();
  },
);
