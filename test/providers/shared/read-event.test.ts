// One event of a stream: JSON, or the failure that it tells of.
import { expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { COMMON_ERRORS } from "../../../src/providers/shared/errors.ts";
import { isDone, readEvent } from "../../../src/providers/shared/read-event.ts";

const read = (data: string, name = "") => readEvent({ name, data }, COMMON_ERRORS);

test("an object is given, long integers to the digit", () => {
  expect(JSON.stringify(read('{"id":2512292042121000001}'))).toBe('{"id":2512292042121000001}');
  expect(read('{"delta":{"detail":"x"}}', "message")).toEqual({ delta: { detail: "x" } });
});

test.each<[string, string, number]>([
  ["", "{broken", 502],
  ["", "[]", 502],
  ["", "null", 502],
  ["", '{"error":{"message":"busy","code":503}}', 503],
  ["", '{"message":"overloaded","code":529}', 503],
  ["", '{"detail":"no"}', 502],
  ["", '{"message":"Endpoint request timed out"}', 502],
  ["", '{"Message":"Internal server error"}', 502],
  ["error", '{"message":"overloaded","code":529}', 503],
  ["error", '{"type":"error","error":{"type":"overloaded_error","message":"busy"}}', 503],
  ["error", '{"error":null,"message":"slow","code":429}', 429],
  ["error", '{"a":1}', 502],
  ["error", "null", 502],
  ["error", "no JSON", 502],
  ["error", '[{"error":{"message":"busy","code":503}}]', 503],
])("the event %p with %s is a failure", (name, data, status) => {
  try {
    read(data, name);
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).status).toBe(status);
    return;
  }
  throw new Error("was taken");
});

test("a word beside a name or an id tells of no failure", () => {
  for (const name of ["id", "object", "type"]) {
    const event = { [name]: "progress", message: "working on it" };
    expect(read(JSON.stringify(event))).toEqual(event);
  }
});

test.each(["[DONE]", "[DONE] ", " [DONE]", '"[DONE]"', "[done]", "[DONE]\r"])(
  "%p is the terminal event",
  (data) => expect(isDone({ name: "", data })).toBe(true),
);

test.each(["{}", '{"a":"[DONE]"}', '["DONE"]', "DONE"])("%p is none", (data) =>
  expect(isDone({ name: "", data })).toBe(false),
);
