// The operator's use-cases without a command line: plain data in, plain data out, one error for what cannot be had.
import { afterAll, describe, expect, test } from "bun:test";
import { MICRO_PER_CREDIT } from "../../src/base/micro.ts";
import { OperatorError } from "../../src/base/operator-error.ts";
import { listAccounts } from "../../src/operator/accounts.ts";
import { reportOnBooks, verifyBooks } from "../../src/operator/books.ts";
import {
  adjustCredits,
  creditHistory,
  grantCredits,
  refundCredits,
} from "../../src/operator/credits.ts";
import { createKey, listKeys, revokeKey, rotateKey } from "../../src/operator/keys.ts";
import { listRequests, showRequest } from "../../src/operator/requests.ts";
import { storeOn } from "../../src/store.ts";
import { createTestDatabase } from "../support/database.ts";

const database = createTestDatabase();
const store = storeOn(database);
afterAll(() => database.remove());

const KEY = {
  name: "alice",
  account: null,
  opensAccount: false,
  creditsMicro: 2 * MICRO_PER_CREDIT,
  expiresAtMs: null,
};
const ALL_REQUESTS = {
  account: null,
  key: null,
  model: null,
  provider: null,
  ending: null,
  sinceMs: null,
  limit: 10,
  before: null,
};

test("a key, its credits and its successor, in plain data", async () => {
  const made = await createKey(store, KEY);
  expect(made.account).toMatchObject({ name: "alice", balanceMicro: 2_000_000, heldMicro: 0 });

  const wish = { account: "alice", amountMicro: 500_000, note: "a gift" };
  expect(await grantCredits(store, wish)).toEqual({ balanceMicro: 2_500_000 });
  const correction = { account: "alice", amountMicro: -100_000, note: "a mistake" };
  expect(await adjustCredits(store, correction)).toEqual({ balanceMicro: 2_400_000 });
  const page = await creditHistory(store, { account: "alice", limit: 2, before: null });
  expect(
    page.entries.map(({ account, kind, amountMicro, note }) => [account, kind, amountMicro, note]),
  ).toEqual([
    ["alice", "adjustment", -100_000, "a mistake"],
    ["alice", "grant", 500_000, "a gift"],
  ]);
  expect(page.nextBefore).toBe(page.entries[1]?.seq ?? null);

  const { id } = made.key.record;
  const successor = await rotateKey(store, id);
  expect(successor.key.secret).not.toBe(made.key.secret);
  expect((await revokeKey(store, id)).already).toBe(true);
  const keys = await listKeys(store);
  expect(keys.map(({ account, state }) => [account, state])).toEqual([
    ["alice", "revoked"],
    ["alice", "active"],
  ]);
  expect((await verifyBooks(store)).discrepancies).toEqual([]);
  expect((await reportOnBooks(store, null)).netMicro).toBe(2_400_000);
  expect(await listRequests(store, ALL_REQUESTS)).toEqual({ requests: [], nextBefore: null });
  // What can be copied has no functions, classes or open files in it.
  for (const result of [made, page, keys, await listAccounts(store, null)]) {
    expect(structuredClone(result)).toEqual(result);
  }
});

describe("what cannot be had is an OperatorError, and changes nothing", () => {
  const refused: [name: string, run: () => Promise<unknown>][] = [
    ["an account that is there", () => createKey(store, KEY)],
    ["an account that is not", () => createKey(store, { ...KEY, account: "bob" })],
    [
      "more credits than the ledger can hold",
      () => createKey(store, { ...KEY, name: "new", creditsMicro: Number.MAX_SAFE_INTEGER }),
    ],
    ["a balance of nobody's", () => listAccounts(store, "bob")],
    [
      "a grant to nobody",
      () => grantCredits(store, { account: "bob", amountMicro: 1, note: null }),
    ],
    [
      "a correction by more than there is",
      () => adjustCredits(store, { account: "alice", amountMicro: -9_000_000, note: "why" }),
    ],
    [
      "a refund of no request",
      () => refundCredits(store, { requestId: "req_x", amountMicro: null, note: null }),
    ],
    ["a key that is none", () => revokeKey(store, "key_x")],
    ["a successor of no key", () => rotateKey(store, "key_x")],
    ["a request that is none", () => showRequest(store, "req_x")],
    ["requests of no key", () => listRequests(store, { ...ALL_REQUESTS, key: "key_x" })],
    ["requests before none", () => listRequests(store, { ...ALL_REQUESTS, before: "req_x" })],
  ];
  test.each(refused)("%s", async (_name, run) => {
    const before = [await listAccounts(store, null), await listKeys(store)];
    await expect(run()).rejects.toBeInstanceOf(OperatorError);
    expect([await listAccounts(store, null), await listKeys(store)]).toEqual(before);
  });
});
