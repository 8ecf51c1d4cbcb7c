// Whatever a provider sends, the dialect gives well-formed pieces or throws an ApiError.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../src/base/errors.ts";
import { ChunkReader } from "../../src/providers/openai/chunk.ts";
import { parseCompletion } from "../../src/providers/openai/response.ts";
import { COMMON_ERRORS } from "../../src/providers/shared/errors.ts";
import { readSse } from "./support.ts";

const options = { hiddenOutputInTotal: true };
const anything = fc.jsonValue({ maxDepth: 3 });

/** An object with some of the fields, each holding what it should or anything at all. */
function partly(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const loose = Object.entries(fields).map(([name, value]) => [name, fc.oneof(value, anything)]);
  return fc.record(Object.fromEntries(loose), { requiredKeys: [] });
}

const functionCall = partly({ name: fc.string(), arguments: fc.string() });
const toolCall = partly({ index: fc.nat(3), id: fc.string(), function: functionCall });
const message = partly({
  role: fc.constant("assistant"),
  content: fc.string(),
  reasoning: fc.string(),
  tool_calls: fc.array(toolCall, { maxLength: 3 }),
});
const choice = partly({
  index: fc.nat(3),
  delta: message,
  message,
  finish_reason: fc.constantFrom("stop", "", "eos", null),
});
const usage = partly({ prompt_tokens: fc.nat(), completion_tokens: fc.nat() });
const answer = partly({ id: fc.string(), choices: fc.array(choice, { maxLength: 3 }), usage });

const asApiError = (error: unknown) => expect(error).toBeInstanceOf(ApiError);

test("streams", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(answer, anything), { maxLength: 5 }), async (events) => {
      async function* batches() {
        yield events.map((event) => JSON.stringify(event));
      }
      try {
        for await (const { chunk, wire, usage: counted } of readSse(
          new ChunkReader("m", options, 1),
          batches(),
        )) {
          expect([chunk.object, typeof chunk.id]).toEqual(["chat.completion.chunk", "string"]);
          expect(chunk.usage ?? null).toBeNull();
          expect(wire === null || counted === null).toBe(true);
          expect(wire === null || Bun.deepEquals(JSON.parse(wire), chunk)).toBe(true);
          for (const { delta, index } of chunk.choices) {
            expect([typeof delta, typeof index]).toEqual(["object", "number"]);
          }
        }
      } catch (error) {
        asApiError(error);
      }
    }),
    { numRuns: 500 },
  );
});

test("whole answers", () => {
  fc.assert(
    fc.property(fc.oneof(answer, anything), (body) => {
      try {
        const { completion } = parseCompletion(JSON.stringify(body), "m", options);
        expect(completion.choices.length).toBeGreaterThan(0);
        expect(completion.choices.every((item) => item.message.role === "assistant")).toBe(true);
      } catch (error) {
        asApiError(error);
      }
    }),
    { numRuns: 500 },
  );
});

test("error bodies", () => {
  const error = partly({
    message: fc.string(),
    type: fc.string(),
    code: fc.string(),
    detail: answer,
  });
  const body = fc.oneof(
    fc.string(),
    partly({ error, detail: error }).map((it) => JSON.stringify(it)),
  );
  fc.assert(
    fc.property(fc.integer({ min: 400, max: 599 }), body, (status, text) => {
      const made = COMMON_ERRORS.fromResponse(status, new Headers(), text);
      expect([400, 404, 413, 429, 502, 503, 504]).toContain(made.status);
      expect(made.message).not.toBe("");
    }),
    { numRuns: 500 },
  );
});
