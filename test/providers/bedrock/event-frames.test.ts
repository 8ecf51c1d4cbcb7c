// The binary event stream: any cut of the bytes, damage, limits.
import { expect, test } from "bun:test";
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
  const expected = eventsOf(new FrameReader(codec, 10_000), whole);
  expect(expected.map(({ type }) => type)).toEqual(allTypes);
  expect(expected[1]?.payload).toEqual({ contentBlockIndex: 0, delta: { text: "Grüße " } });
  for (let at = 0; at <= whole.length; at++) {
    const reader = new FrameReader(codec, 10_000);
    const events = [
      ...eventsOf(reader, whole.subarray(0, at)),
      ...eventsOf(reader, whole.subarray(at)),
    ];
    expect(events).toEqual(expected);
  }
});

test("byte by byte too", () => {
  const reader = new FrameReader(codec, 10_000);
  const events = [...whole].flatMap((byte) => eventsOf(reader, Uint8Array.of(byte)));
  expect(events.map(({ type }) => type)).toEqual(allTypes);
});

test("every damaged byte is noticed, if not by the bytes then by their end", () => {
  const good = event("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "hello" } });
  for (let at = 0; at < good.length; at++) {
    const bad = good.slice();
    bad[at] = (bad[at] ?? 0) ^ 0x20;
    const reader = new FrameReader(codec, 10_000);
    expect(() => eventsOf(reader, bad)).toThrow("The provider sent a damaged event.");
  }
});

test("a frame beyond the limit is refused by its prelude", () => {
  const big = event("contentBlockDelta", { delta: { text: "x".repeat(2_000) } });
  expect(() => eventsOf(new FrameReader(codec, 1_000), big.subarray(0, 12))).toThrow(
    "The provider sent an event that is larger than the gateway accepts.",
  );
  expect(eventsOf(new FrameReader(codec, big.length), big)).toHaveLength(1);
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
  const reader = new FrameReader(codec, 10_000);
  expect(
    eventsOf(reader, Buffer.concat([exception("throttlingException", "slow down"), fault])),
  ).toEqual([
    { kind: "exception", type: "throttlingException", payload: { message: "slow down" } },
    { kind: "exception", type: "InternalError", payload: { message: "went wrong" } },
  ]);
});
