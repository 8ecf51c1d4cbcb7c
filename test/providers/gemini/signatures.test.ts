// The memory for thought signatures, and the ids of tool calls.
import { expect, test } from "bun:test";
import { SIGNATURE_BYTES, SignatureCache } from "../../../src/providers/gemini/signatures.ts";
import { clientToolCallId, geminiToolCallId } from "../../../src/providers/gemini/tool-ids.ts";

test("remembers by id and name", () => {
  const cache = new SignatureCache();
  cache.remember("a", "f", "one");
  expect([cache.find("a", "f"), cache.find("a", "g"), cache.find("b", "f")]).toEqual([
    "one",
    null,
    null,
  ]);
  cache.remember("a", "f", "two!");
  expect([cache.find("a", "f"), cache.size, cache.bytes]).toEqual(["two!", 1, 6]);
});

test("the least recently used goes first, by entries", () => {
  const cache = new SignatureCache({ entries: 2, bytes: 1_000 });
  cache.remember("a", "f", "1");
  cache.remember("b", "f", "2");
  cache.find("a", "f");
  cache.remember("c", "f", "3");
  expect(["a", "b", "c"].map((id) => cache.find(id, "f"))).toEqual(["1", null, "3"]);
});

test("and by bytes; what is too large alone is not kept", () => {
  const cache = new SignatureCache({ entries: 100, bytes: 20 });
  cache.remember("a", "f", "x".repeat(8));
  cache.remember("b", "f", "x".repeat(8));
  expect([cache.size, cache.bytes]).toEqual([2, 20]);
  cache.remember("c", "f", "x");
  expect([cache.find("a", "f"), cache.size, cache.bytes]).toEqual([null, 2, 13]);
  cache.remember("d", "f", "x".repeat(50));
  expect([cache.find("d", "f"), cache.size]).toEqual([null, 2]);
  const large = new SignatureCache();
  large.remember("a", "f", "x".repeat(SIGNATURE_BYTES));
  expect(large.size).toBe(0);
});

test("stays within its bounds, whatever comes", () => {
  const cache = new SignatureCache({ entries: 50, bytes: 2_000 });
  for (let turn = 0; turn < 5_000; turn++) {
    cache.remember(`id${turn % 173}`, "f", "s".repeat(turn % 97));
    expect(cache.size <= 50 && cache.bytes <= 2_000 && cache.bytes >= 0).toBe(true);
  }
});

test("ids tell where they come from", () => {
  expect(clientToolCallId("abc")).toBe("gid-abc");
  expect(geminiToolCallId("gid-abc")).toBe("abc");
  expect(clientToolCallId(null)).toMatch(/^call_[0-9A-Z]{26}$/);
  expect([geminiToolCallId(clientToolCallId(null)), geminiToolCallId("gid-")]).toEqual([
    null,
    null,
  ]);
});
