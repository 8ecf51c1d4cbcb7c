// Streams of response events that break: what is thrown, and what was given before.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { ResponseStream } from "../../../src/providers/openai-responses/stream.ts";
import { readSse, rejection } from "../support.ts";
import {
  added,
  argumentsDelta,
  completed,
  type Fields,
  OPENING,
  read,
  reasoning,
  textDelta,
} from "./support.ts";

async function failure(...events: (Fields | string)[]): Promise<ApiError> {
  const error = await rejection(read(...events));
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe("a broken stream", () => {
  const text = textDelta(0, "half");

  test.each<[string, (Fields | string)[], number, string]>([
    ["ends before its end", [...OPENING, text], 502, "ended early"],
    ["is empty", [], 502, "ended early"],
    ["has only a [DONE]", [text, "[DONE]"], 502, "ended early"],
    ["is not JSON", [text, "{"], 502, "not a JSON object"],
    ["holds a list", ["[]"], 502, "not a JSON object"],
    [
      "fails",
      [
        ...OPENING,
        completed(
          { status: "failed", error: { code: "server_error", message: "x" } },
          "response.failed",
        ),
      ],
      502,
      "failed to answer",
    ],
    [
      "fails for the request's sake",
      [
        completed(
          { status: "failed", error: { code: "invalid_prompt", message: "Not that." } },
          "response.failed",
        ),
      ],
      400,
      "Not that.",
    ],
    ["fails without a word", [{ type: "response.failed", response: {} }], 502, "failed"],
    ["ends with a response that did not", [completed({ status: "cancelled" })], 502, "finish"],
    [
      "has an error event",
      [text, { type: "error", code: "rate_limit_exceeded", message: "slow", param: null }],
      429,
      "slow",
    ],
    [
      "has an error event for the request's sake",
      [{ type: "error", code: "context_length_exceeded", message: "long", param: "input" }],
      400,
      "long",
    ],
    [
      "has an error in an envelope",
      [{ error: { type: "overloaded_error", message: "busy" } }],
      503,
      "cannot take",
    ],
    ["has a bare message with a code", [text, { message: "busy", code: 529 }], 503, "cannot take"],
    ["has a bare detail", [text, { detail: "no" }], 502, "failed"],
    [
      "is cut after its output",
      [...OPENING, text, { type: "response.output_text.done", output_index: 0, text: "half" }],
      502,
      "ended early",
    ],
    ["was cancelled", [text, { type: "response.cancelled", response: {} }], 502, "ended early"],
    ["has arguments without a call", [argumentsDelta(0, "{}")], 502, "did not begin"],
  ])("%s", async (_name, events, status, word) => {
    const error = await failure(...events);
    expect(error.status).toBe(status);
    expect(error.message).toContain(word);
  });

  test("has an event named error, whatever is in it", () => {
    for (const data of ['{"message":"busy","code":529}', '{"a":1}', "null", "no JSON"]) {
      const reader = new ResponseStream("asked");
      expect(() => reader.read({ name: "error", data })).toThrow(ApiError);
    }
  });

  test("gives first what came before", async () => {
    const given: unknown[] = [];
    const run = async () => {
      for await (const chunk of readSse(
        new ResponseStream("asked"),
        (async function* () {
          yield [JSON.stringify(text)];
        })(),
      )) {
        given.push(chunk.chunk.choices[0]?.delta.content);
      }
    };
    await rejection(run());
    expect(given).toEqual(["half"]);
  });

  test("with more items than any answer has is given up", async () => {
    const items = Array.from({ length: 4_097 }, (_, place) => added(place, reasoning()));
    expect((await failure(...items)).message).toContain("more output items");
  });
});
