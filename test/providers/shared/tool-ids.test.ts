// Ids of tool calls that a provider does not take as they are.
import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { fittingToolId, hashedId } from "../../../src/providers/shared/tool-ids.ts";

const FORTY = /^.{1,40}$/s;
const PLAIN = /^[\w-]{1,64}$/;

describe("ids that do not fit", () => {
  test("what fits stays as it is", () => {
    for (const id of ["call_1", "x", "a".repeat(40)]) expect(fittingToolId(id, FORTY)).toBe(id);
  });

  test("one that is too long, empty or has other characters is made anew", () => {
    for (const [id, fits] of [
      ["a".repeat(41), FORTY],
      ["", FORTY],
      ["functions.look:0", PLAIN],
      ["b".repeat(92), PLAIN],
    ] as const) {
      expect(fittingToolId(id, fits)).toMatch(/^call_[0-9a-f]{32}$/);
    }
  });

  test("the same always becomes the same, others become others", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 90 }), fc.string({ maxLength: 90 }), (one, other) => {
        const made = [one, other].map((id) => fittingToolId(id, FORTY));
        expect(made[0]).toBe(fittingToolId(one, FORTY));
        expect(made[0] === made[1]).toBe(one === other);
        expect(made.every((id) => FORTY.test(id))).toBe(true);
      }),
    );
  });

  test("a shorter form", () => {
    expect(hashedId("call_1", 9)).toMatch(/^[0-9a-f]{9}$/);
  });
});
