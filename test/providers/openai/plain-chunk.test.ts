// The plain chunk is told from any other, and read as the full reader would read it.
import { expect, test } from "bun:test";
import { COMPATIBLE } from "../../../src/providers/openai/quirks.ts";
import { ChatStream } from "../../../src/providers/openai/stream.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";

const CHUNK = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m" };
const start = chunkOf({ delta: { role: "assistant", content: "" } });
const plain = chunkOf({ delta: { content: "word" } });

function chunkOf(choice: object, rest: object = {}): object {
  return { ...CHUNK, ...rest, choices: [{ index: 0, delta: {}, finish_reason: null, ...choice }] };
}

/** The last event's chunk, after those before it. */
function lastOf(...events: object[]): UpstreamChunk | undefined {
  const stream = new ChatStream({
    model: "m",
    choices: 1,
    quirks: COMPATIBLE,
    writesForAnHour: () => false,
  });
  return events.flatMap((event) => stream.read({ name: "", data: JSON.stringify(event) })).at(-1);
}

test.each([
  ["text", plain],
  ["with its log probabilities null", chunkOf({ delta: { content: "a" }, logprobs: null })],
  ["with usage null", chunkOf({ delta: { content: "a" } }, { usage: null })],
  [
    "with a fingerprint and a tier",
    chunkOf({ delta: { content: "a" } }, { system_fingerprint: null, service_tier: "default" }),
  ],
])("plain: %s", (_name, event) => {
  expect(lastOf(start, event)).toEqual({
    chunk: event as UpstreamChunk["chunk"],
    wire: JSON.stringify(event),
    usage: null,
    isPlainText: true,
  });
});

test.each<[string, object]>([
  ["a role", chunkOf({ delta: { role: "assistant", content: "a" } })],
  ["no text", chunkOf({ delta: { content: "" } })],
  ["text that is none", chunkOf({ delta: { content: ["a"] } })],
  ["another field of the delta", chunkOf({ delta: { content: "a", reasoning: "b" } })],
  ["another field of the choice", chunkOf({ delta: { content: "a" }, stop_reason: 7 })],
  ["another field of the chunk", chunkOf({ delta: { content: "a" } }, { citations: ["x"] })],
  ["usage", chunkOf({ delta: { content: "a" } }, { usage: { total_tokens: 1 } })],
  ["a finish reason", chunkOf({ delta: { content: "a" }, finish_reason: "stop" })],
  ["log probabilities", chunkOf({ delta: { content: "a" }, logprobs: { content: [] } })],
  ["another choice", chunkOf({ index: 1, delta: { content: "a" } })],
  ["two choices", { ...CHUNK, choices: [...choicesOf(plain), ...choicesOf(plain)] }],
  ["no id", { ...plain, id: "" }],
])("not plain: %s", (_name, event) => {
  expect(lastOf(start, event)?.isPlainText).toBeUndefined();
});

test("the first of a stream is looked at, and what follows a finish reason", () => {
  expect(lastOf(plain)?.isPlainText).toBeUndefined();
  expect(lastOf(start, chunkOf({ finish_reason: "stop" }), plain)?.isPlainText).toBeUndefined();
});

function choicesOf(chunk: object): object[] {
  return (chunk as { choices: object[] }).choices;
}
