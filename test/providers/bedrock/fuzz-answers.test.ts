// Whatever Bedrock sends, the dialect gives well-formed pieces or throws an ApiError.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../../src/base/errors.ts";
import { type BedrockEvent, FrameReader } from "../../../src/providers/bedrock/event-frames.ts";
import { parseConverse } from "../../../src/providers/bedrock/response.ts";
import { ChunkReader } from "../../../src/providers/bedrock/stream.ts";
import { readStream } from "../support.ts";
import { event } from "./support.ts";

const anything = fc.jsonValue({ maxDepth: 3 });
const loose = (value: fc.Arbitrary<unknown>) => fc.oneof(value, anything);
const deltaOf = fc.record(
  {
    text: loose(fc.string()),
    toolUse: loose(fc.record({ input: loose(fc.string()) })),
    reasoningContent: loose(fc.record({ text: loose(fc.string()) })),
  },
  { requiredKeys: [] },
);
const payload = fc.record(
  {
    contentBlockIndex: loose(fc.nat(3)),
    start: loose(fc.record({ toolUse: loose(fc.record({ name: loose(fc.string()) })) })),
    delta: loose(deltaOf),
    stopReason: loose(fc.constantFrom("end_turn", "tool_use", "malformed_tool_use")),
    usage: loose(fc.record({ inputTokens: loose(fc.nat()), outputTokens: loose(fc.nat()) })),
  },
  { requiredKeys: [] },
);
const names =
  "messageStart contentBlockStart contentBlockDelta contentBlockStop messageStop metadata";
const anyEvent = fc.tuple(fc.constantFrom(...names.split(" ")), loose(payload));

test("streams", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEvent, { maxLength: 8 }),
      fc.boolean(),
      async (events, answers) => {
        const bytes = Buffer.concat(events.map(([type, it]) => event(type, it as object)));
        async function* batches() {
          const read: BedrockEvent[] = [];
          new FrameReader(1_000_000).push(bytes, { take: (one) => void read.push(one) });
          yield read;
        }
        try {
          for await (const { chunk } of readStream(
            new ChunkReader("m", answers ? "t" : null),
            batches(),
          )) {
            expect(chunk.object).toBe("chat.completion.chunk");
            expect(chunk.choices.length).toBeLessThan(2);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        new FrameReader(1_000).push(bytes, { take: (one) => expect(one.type).toBeString() });
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
  );
});

test("whole answers", () => {
  const content = fc.array(loose(fc.record({ text: loose(fc.string()), toolUse: anything })));
  const body = fc.record({
    output: loose(fc.record({ message: loose(fc.record({ content: loose(content) })) })),
    stopReason: anything,
    usage: anything,
  });
  fc.assert(
    fc.property(loose(body), (value) => {
      try {
        const { completion } = parseConverse(JSON.stringify(value), "m", "t");
        expect(completion.choices[0]?.message.role).toBe("assistant");
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
    { numRuns: 500 },
  );
});
