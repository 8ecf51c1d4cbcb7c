// Ids as ULIDs: their form, their order, and what a clock that stands or goes back does to them.
import { expect, test } from "bun:test";
import { decodeTime } from "ulid";
import { createUlids } from "../../src/base/ulid.ts";

test("an id is 26 digits of base 32, of which ten are its time", () => {
  for (const atMs of [0, 1, 31, 32, Date.now(), 2 ** 48 - 1]) {
    const id = createUlids(() => atMs)();
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(decodeTime(id)).toBe(atMs);
  }
});

test("ids are different and in order, also within a millisecond and where the clock goes back", () => {
  let nowMs = 1_700_000_000_000;
  const next = createUlids(() => nowMs);
  const ids: string[] = [];
  for (const stepMs of [0, 1, 0, -5_000, 0, 2, 60_000]) {
    nowMs += stepMs;
    for (let n = 0; n < 3_000; n++) ids.push(next());
  }
  expect(ids).toEqual([...new Set(ids)].sort());
});

test("ids of one millisecond keep its time and count up over full digits", () => {
  const next = createUlids(() => 1_000);
  let last = next();
  for (let n = 0; n < 100_000; n++) {
    const id = next();
    if (id <= last) throw new Error(`${id} came after ${last}`);
    if (decodeTime(id) !== 1_000) throw new Error(`${id} has another time`);
    last = id;
  }
});

test("ids of two makers in one millisecond differ at random, in each of their digits", () => {
  const digits = Array.from({ length: 16 }, () => new Set<string>());
  for (let n = 0; n < 1_000; n++) {
    const id = createUlids(() => 5)();
    for (const [place, found] of digits.entries()) found.add(id.charAt(10 + place));
  }
  // The first one leaves room to count up.
  expect(digits.map((found) => found.size)).toEqual([16, ...Array(15).fill(32)]);
});
