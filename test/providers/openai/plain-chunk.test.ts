// The plain chunk is told from any other, and read as the full reader would read it.
import { expect, test } from "bun:test";
import { COMPATIBLE } from "../../../src/providers/openai/quirks.ts";
import { ChatStream } from "../../../src/providers/openai/stream.ts";
import type { PlainShape } from "../../../src/providers/protocol.ts";

const CHUNK = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m" };
const start = chunkOf({ delta: { role: "assistant", content: "" } });
const plain = chunkOf({ delta: { content: "word" } });

function chunkOf(choice: object, rest: object = {}): object {
  return { ...CHUNK, ...rest, choices: [{ index: 0, delta: {}, finish_reason: null, ...choice }] };
}

/** What a plain event looks like to a stream that has read these. */
function shapeAfter(...events: (object | string)[]): PlainShape | null {
  const stream = new ChatStream({
    model: "m",
    choices: 1,
    quirks: COMPATIBLE,
    writesForAnHour: () => false,
  });
  for (const event of events) {
    stream.read({ name: "", data: typeof event === "string" ? event : JSON.stringify(event) });
  }
  return stream.shape;
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
  const [head = "", tail = ""] = JSON.stringify(event).split(/(?<="content":").*?(?=")/);
  expect(shapeAfter(start, event)).toEqual({ head, tail, events: 0 });
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
  expect(shapeAfter(start, event)).toBeNull();
});

test("the first of a stream is looked at, and what follows a finish reason", () => {
  expect(shapeAfter(plain)).toBeNull();
  expect(shapeAfter(start, chunkOf({ finish_reason: "stop" }), plain)).toBeNull();
  expect(shapeAfter(start, plain, chunkOf({ finish_reason: "stop" }))).toBeNull();
});

test("the text is found however the JSON is written, and whatever is in it", () => {
  const text = JSON.stringify(chunkOf({ delta: { content: '\\ "content":"no" \n' } }), null, 1);
  const spaced = text.replaceAll("\n", " ");
  const shape = shapeAfter(start, spaced);
  expect(JSON.parse(`${shape?.head}${shape?.tail}`)).toEqual(chunkOf({ delta: { content: "" } }));
});

test("a text that comes twice has no shape: the last would count", () => {
  const twice = JSON.stringify(plain).replace('"content":', '"content":"first","content":');
  expect(shapeAfter(start, twice)).toBeNull();
});

test("a provider that writes something new into each chunk is not tried for ever", () => {
  const changing = Array.from({ length: 20 }, (_, at) => ({ ...plain, created: at }));
  expect(shapeAfter(start, ...changing)?.head).toContain('"created":4,');
});

function choicesOf(chunk: object): object[] {
  return (chunk as { choices: object[] }).choices;
}
