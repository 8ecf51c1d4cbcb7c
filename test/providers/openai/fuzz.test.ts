// Whatever a provider sends, the dialect gives well-formed pieces or throws an ApiError.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { ApiError } from "../../../src/base/errors.ts";
import { answerOptions } from "../../../src/providers/openai/answer-options.ts";
import { COMPATIBLE } from "../../../src/providers/openai/quirks.ts";
import { parseCompletion } from "../../../src/providers/openai/response.ts";
import { ChatStream } from "../../../src/providers/openai/stream.ts";
import { COMMON_ERRORS } from "../../../src/providers/shared/errors.ts";
import { callOf, readSse } from "../support.ts";

const options = answerOptions(callOf(), {
  ...COMPATIBLE,
  hiddenOutputInTotal: true,
  reportsCost: true,
});
const anything = fc.jsonValue({ maxDepth: 3 });

/** An object with some of the fields, each holding what it should or anything at all. */
function partly(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const loose = Object.entries(fields).map(([name, value]) => [name, fc.oneof(value, anything)]);
  return fc.record(Object.fromEntries(loose), { requiredKeys: [] });
}

const parts = fc.array(partly({ type: fc.constantFrom("text", "thinking"), text: fc.string() }));
const functionCall = partly({ name: fc.string(), arguments: fc.string() });
const toolCall = partly({
  index: fc.nat(3),
  id: fc.string(),
  type: fc.constantFrom("function", "custom"),
  function: functionCall,
  custom: partly({ name: fc.string(), input: fc.string() }),
});
const message = partly({
  role: fc.constant("assistant"),
  content: fc.oneof(fc.string(), parts),
  refusal: fc.string(),
  reasoning: fc.string(),
  reasoning_content: fc.string(),
  audio: partly({ id: fc.string(), data: fc.string(), transcript: fc.string() }),
  annotations: fc.array(anything),
  images: fc.array(anything),
  function_call: functionCall,
  tool_calls: fc.array(fc.oneof(toolCall, anything), { maxLength: 3 }),
});
const logprobs = partly({ content: fc.array(anything), refusal: fc.array(anything) });
const choice = partly({
  index: fc.nat(3),
  delta: message,
  message,
  logprobs,
  usage: anything,
  finish_reason: fc.constantFrom("stop", "", "eos", null),
});
const usage = partly({
  prompt_tokens: fc.nat(),
  completion_tokens: fc.nat(),
  prompt_tokens_details: anything,
  cost: fc.double(),
});
const answer = partly({ id: fc.string(), choices: fc.array(choice, { maxLength: 3 }), usage });

const orNull = (type: z.ZodType) => type.nullish();
const text = orNull(z.string());
const objects = orNull(z.array(z.looseObject({})));
const call = z.looseObject({ name: z.string(), arguments: z.string() });
const custom = z.looseObject({ name: z.string(), input: z.string() });

/** What the house and its clients read of a message, and of a delta. */
const members = {
  content: text,
  refusal: text,
  reasoning_content: text,
  reasoning: text,
  audio: orNull(z.looseObject({ id: text, data: text, transcript: text })),
  annotations: objects,
  images: objects,
};
const wholeMessage = z.looseObject({
  ...members,
  role: z.literal("assistant"),
  function_call: orNull(call),
  tool_calls: z
    .array(
      z.union([
        z.looseObject({
          id: z.string(),
          type: z.string(),
          function: call,
          custom: z.undefined().optional(),
        }),
        z.looseObject({
          id: z.string(),
          type: z.literal("custom"),
          custom,
          function: z.undefined().optional(),
        }),
      ]),
    )
    .nonempty()
    .optional(),
});
const delta = z.looseObject({
  ...members,
  role: z.literal("assistant").optional(),
  function_call: orNull(call.partial()),
  tool_calls: z
    .array(
      z.looseObject({
        index: z.int().nonnegative(),
        id: z.string().optional(),
        type: z.string().optional(),
        function: call.partial().optional(),
        custom: custom.partial().optional(),
      }),
    )
    .nonempty()
    .optional(),
});
const choiceShape = {
  index: z.int().nonnegative(),
  finish_reason: orNull(
    z.enum(["stop", "length", "tool_calls", "content_filter", "function_call"]),
  ),
  logprobs: orNull(z.looseObject({ content: objects, refusal: objects })),
};
const streamed = z.looseObject({ ...choiceShape, delta });
const whole = z.looseObject({ ...choiceShape, message: wholeMessage });

const asApiError = (error: unknown) => expect(error).toBeInstanceOf(ApiError);

test("streams", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(answer, anything), { maxLength: 5 }), async (events) => {
      async function* batches() {
        yield events.map((event) => JSON.stringify(event));
      }
      try {
        for await (const { chunk, wire, usage: counted } of readSse(
          new ChatStream(options),
          batches(),
        )) {
          expect([chunk.object, typeof chunk.id]).toEqual(["chat.completion.chunk", "string"]);
          expect(chunk.usage ?? null).toBeNull();
          expect(wire === null || counted === null).toBe(true);
          expect(wire === null || Bun.deepEquals(JSON.parse(wire), chunk)).toBe(true);
          for (const choice of chunk.choices) {
            streamed.parse(choice);
          }
        }
      } catch (error) {
        asApiError(error);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("whole answers", () => {
  fc.assert(
    fc.property(fc.oneof(answer, anything), (body) => {
      try {
        const { completion } = parseCompletion(JSON.stringify(body), options);
        expect(completion.choices.length).toBeGreaterThan(0);
        for (const choice of completion.choices) {
          whole.parse(choice);
        }
      } catch (error) {
        asApiError(error);
      }
    }),
    { numRuns: 2_000 },
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
    { numRuns: 2_000 },
  );
});
