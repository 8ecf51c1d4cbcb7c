// The binary event stream: any cut of the bytes, damage, limits.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../../src/base/errors.ts";
import { type BedrockEvent, FrameReader } from "../../../src/providers/bedrock/event-frames.ts";
import { codec, event, exception, textStream } from "./support.ts";

const whole = Buffer.concat(textStream("Grüße ", "✓"));
const types = ["messageStart", "contentBlockDelta", "contentBlockDelta", "contentBlockStop"];
/** The events that these bytes complete. */
function eventsOf(reader: FrameReader, bytes: Uint8Array): BedrockEvent[] {
  const events: BedrockEvent[] = [];
  reader.push(bytes, { take: (event) => void events.push(event) });
  return events;
}

const allTypes = [...types, "messageStop", "metadata"];

test("every cut of a stream in two gives the same events", () => {
  const expected = eventsOf(new FrameReader(10_000), whole);
  expect(expected.map(({ type }) => type)).toEqual(allTypes);
  expect(expected[1]?.payload).toEqual({ contentBlockIndex: 0, delta: { text: "Grüße " } });
  for (let at = 0; at <= whole.length; at++) {
    const reader = new FrameReader(10_000);
    const events = [
      ...eventsOf(reader, whole.subarray(0, at)),
      ...eventsOf(reader, whole.subarray(at)),
    ];
    expect(events).toEqual(expected);
  }
});

test("byte by byte too", () => {
  const reader = new FrameReader(10_000);
  const events = [...whole].flatMap((byte) => eventsOf(reader, Uint8Array.of(byte)));
  expect(events.map(({ type }) => type)).toEqual(allTypes);
});

test("every damaged byte is noticed, if not by the bytes then by their end", () => {
  const good = event("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "hello" } });
  for (let at = 0; at < good.length; at++) {
    const bad = good.slice();
    bad[at] = (bad[at] ?? 0) ^ 0x20;
    const reader = new FrameReader(10_000);
    expect(() => eventsOf(reader, bad)).toThrow("The provider sent a damaged event.");
  }
});

test("a frame beyond the limit is refused by its prelude", () => {
  const big = event("contentBlockDelta", { delta: { text: "x".repeat(2_000) } });
  expect(() => eventsOf(new FrameReader(1_000), big.subarray(0, 12))).toThrow(
    "The provider sent an event that is larger than the gateway accepts.",
  );
  expect(eventsOf(new FrameReader(big.length), big)).toHaveLength(1);
});

test("exceptions and faults of the transport are told from events", () => {
  const fault = codec.encode({
    headers: {
      ":message-type": { type: "string", value: "error" },
      ":error-code": { type: "string", value: "InternalError" },
      ":error-message": { type: "string", value: "went wrong" },
    },
    body: new Uint8Array(),
  });
  const reader = new FrameReader(10_000);
  expect(
    eventsOf(reader, Buffer.concat([exception("throttlingException", "slow down"), fault])),
  ).toEqual([
    { kind: "exception", type: "throttlingException", payload: { message: "slow down" } },
    { kind: "exception", type: "InternalError", payload: { message: "went wrong" } },
  ]);
});

test("headers of every type are passed over but for the texts", () => {
  const bytes = codec.encode({
    headers: {
      yes: { type: "boolean", value: true },
      no: { type: "boolean", value: false },
      byte: { type: "byte", value: 1 },
      short: { type: "short", value: 2 },
      integer: { type: "integer", value: 3 },
      binary: { type: "binary", value: Uint8Array.of(7, 0, 1) },
      at: { type: "timestamp", value: new Date(0) },
      id: { type: "uuid", value: "12345678-1234-1234-1234-123456789012" },
      ":event-type": { type: "string", value: "metadata" },
    },
    body: Buffer.from("{}"),
  });
  expect(eventsOf(new FrameReader(10_000), bytes)).toEqual([
    { kind: "event", type: "metadata", payload: {} },
  ]);
});

/** A frame whose checksums are right, whatever is in it. */
function frameOf(headers: Uint8Array, headersBytes: number): Uint8Array {
  const frame = Buffer.alloc(12 + headers.length + 4);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(headersBytes, 4);
  frame.writeUInt32BE(Bun.hash.crc32(frame.subarray(0, 8)), 8);
  frame.set(headers, 12);
  frame.writeUInt32BE(Bun.hash.crc32(frame.subarray(0, -4)), frame.length - 4);
  return frame;
}

test("headers that are none are damage, with right checksums too", () => {
  const headers = fc
    .array(fc.nat({ max: 9 }), { maxLength: 12 })
    .map((all) => Uint8Array.from(all));
  let read = 0;
  let damaged = 0;
  fc.assert(
    fc.property(headers, fc.nat({ max: 3 }), (bytes, more) => {
      const frame = frameOf(bytes, bytes.length + more);
      try {
        read += eventsOf(new FrameReader(10_000), frame).length;
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
        damaged++;
      }
    }),
    { numRuns: 2_000 },
  );
  expect(read).toBeGreaterThan(0);
  expect(damaged).toBeGreaterThan(0);
});
