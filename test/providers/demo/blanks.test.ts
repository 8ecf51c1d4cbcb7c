// The demo's words are cut at all that a regular expression calls white space.
import { expect, test } from "bun:test";
import { countTokens } from "../../../src/providers/demo/usage.ts";

test("every blank of Unicode cuts a word, and nothing else does", () => {
  const cuts: number[] = [];
  const blanks: number[] = [];
  for (let code = 0; code <= 0xffff; code++) {
    const char = String.fromCharCode(code);
    if (countTokens(`a${char}b`) === 2) cuts.push(code);
    if (/\s/.test(char)) blanks.push(code);
  }
  expect(cuts).toEqual(blanks);
});
