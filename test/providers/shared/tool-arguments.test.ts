// The arguments of a call, as text and as an object, to the last digit.
import { describe, expect, test } from "bun:test";
import { parseJson } from "../../../src/providers/shared/json.ts";
import { argumentsObject, argumentsText } from "../../../src/providers/shared/tool-arguments.ts";

const LONG = '{"id":2512292042121000001,"max":9223372036854775807,"f":1.5}';

describe("as text", () => {
  test.each<[unknown, string]>([
    ['{"a": 1}', '{"a": 1}'],
    ["{oops", "{oops"],
    [{ a: [1] }, '{"a":[1]}'],
    [[1], "[1]"],
    [7, "7"],
    [false, "false"],
    ["", ""],
    [null, ""],
    [undefined, ""],
    [parseJson(LONG), LONG],
  ])("%p", (given, expected) => {
    expect(argumentsText(given)).toBe(expected);
  });
});

describe("as an object", () => {
  test.each<[unknown, object | null]>([
    ['{"a": 1}', { a: 1 }],
    [{ a: 1 }, { a: 1 }],
    ["", {}],
    ["  ", {}],
    [null, {}],
    [undefined, {}],
    ["[1]", null],
    ["7", null],
    ["{oops", null],
    ["12345678901234567890", null],
  ])("%p", (given, expected) => {
    expect(argumentsObject(given)).toEqual(expected as never);
  });

  test("numbers of 19 digits stay as they are", () => {
    expect(JSON.stringify(argumentsObject(LONG))).toBe(LONG);
  });
});
