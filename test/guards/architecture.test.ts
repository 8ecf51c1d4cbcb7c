// Rules of the house that the linter cannot see.
import { expect, test } from "bun:test";
import { sources } from "./imports.ts";

const MONEY_WRITE =
  /\b(insert\s+(or\s+\w+\s+)?into|update|delete\s+from|replace\s+into)\s+[`"']?(accounts|entries|holds|requests)\b/i;

test("no SQL outside the ledger writes to a money table", async () => {
  const all = await sources();
  expect(all.size).toBeGreaterThan(50);
  const offenders = [...all].filter(
    ([path, text]) => !path.startsWith("ledger/") && MONEY_WRITE.test(text),
  );
  expect(offenders.map(([path]) => path)).toEqual([]);
  expect(MONEY_WRITE.test("UPDATE accounts SET balance_micro = 0")).toBe(true);
});

test("every source file says in its first line what lives in it", async () => {
  const silent = [...(await sources())].filter(([, text]) => !text.startsWith("// "));
  expect(silent.map(([path]) => path)).toEqual([]);
});

test("only the tokenizer's own thread loads the tokenizer, which blocks for a third of a second", async () => {
  const TOKENIZER = /["']gpt-tokenizer/;
  const loaders = [...(await sources())].filter(([, text]) => TOKENIZER.test(text));
  expect(loaders.map(([path]) => path)).toEqual(["gateway/tokens/worker.ts"]);
});
