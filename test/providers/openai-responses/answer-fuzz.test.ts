// Whatever a provider sends, it gives well-formed pieces or an ApiError.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../../src/base/errors.ts";
import { parseResponse } from "../../../src/providers/openai-responses/response.ts";
import { ResponseStream } from "../../../src/providers/openai-responses/stream.ts";
import { readSse } from "../support.ts";
import { asBatches } from "./support.ts";

const word = fc.string({ maxLength: 8 });
const anything = fc.jsonValue({ maxDepth: 3 });

/** An object with some of the fields, each holding what it should or anything at all. */
function partly(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const loose = Object.entries(fields).map(([key, value]) => [key, fc.oneof(value, anything)]);
  return fc.record(Object.fromEntries(loose), { requiredKeys: [] });
}

const part = partly({ type: fc.constantFrom("output_text", "refusal"), text: word, refusal: word });
const item = partly({
  type: fc.constantFrom("message", "function_call", "custom_tool_call", "reasoning"),
  call_id: word,
  name: word,
  arguments: word,
  input: word,
  content: fc.array(part, { maxLength: 2 }),
  summary: fc.array(partly({ text: word }), { maxLength: 2 }),
});
const response = partly({
  id: word,
  status: fc.constantFrom("completed", "incomplete", "failed"),
  output: fc.array(item, { maxLength: 3 }),
  usage: partly({ input_tokens: fc.nat(), output_tokens: fc.nat() }),
});
const event = partly({
  type: fc.constantFrom(
    "response.output_item.added",
    "response.output_text.delta",
    "response.refusal.delta",
    "response.function_call_arguments.delta",
    "response.output_item.done",
    "response.completed",
  ),
  output_index: fc.nat(3),
  delta: word,
  item,
  response,
});

test("streams", async () => {
  const events = fc.array(
    event.map((given) => ({ ...given })),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(events, async (given) => {
      let finished = 0;
      try {
        for await (const { chunk, usage } of readSse(new ResponseStream("m"), asBatches(given))) {
          const [choice] = chunk.choices;
          expect(chunk.choices).toHaveLength(1);
          expect(usage === null || choice?.finish_reason !== null).toBe(true);
          finished += choice?.finish_reason === null ? 0 : 1;
        }
        expect(finished).toBe(1);
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
        expect(finished).toBe(0);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("whole answers", () => {
  fc.assert(
    fc.property(fc.oneof(response, anything), (body) => {
      try {
        const { completion } = parseResponse(JSON.stringify(body), "m");
        expect(completion.choices[0]?.message.role).toBe("assistant");
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
    { numRuns: 1_000 },
  );
});
