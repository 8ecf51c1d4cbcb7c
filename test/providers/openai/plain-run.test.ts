// Plain events that pass as text come out, and are metered, as if each had been read: whatever comes, cut anywhere.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { BETWEEN_CHUNKS } from "../../../src/calls/stream.ts";
import {
  RunStamp,
  stampedJson,
  stampFor,
} from "../../../src/http/endpoints/chat-completions/stamp.ts";
import { createMeter } from "../../../src/metering/meter.ts";
import { COMPATIBLE } from "../../../src/providers/openai/quirks.ts";
import { ChatStream } from "../../../src/providers/openai/stream.ts";
import { isPlainRun, type UpstreamEvent } from "../../../src/providers/protocol.ts";
import { SSE, type SseEvent } from "../../../src/providers/transport/sse.ts";
import { chunksOfRun } from "../support.ts";

type Fields = Record<string, unknown>;

interface Read {
  events: UpstreamEvent[];
  error: string | null;
  /** How many chunks had come after each part of the body. */
  chunksSoFar: number[];
}

/** Reads a body as the HTTP adapter does. */
async function readAll(parts: readonly Uint8Array[], findsRuns: boolean): Promise<Read> {
  const reader = new ChatStream({
    model: "m",
    choices: 1,
    quirks: COMPATIBLE,
    writesForAnHour: () => false,
  });
  const decoder = await SSE.open(MAX_EVENT_BYTES);
  const events: UpstreamEvent[] = [];
  const chunksSoFar: number[] = [];
  const sink = {
    take(event: SseEvent) {
      if (reader.ended) return;
      events.push(...reader.read(event));
      if (reader.ended) events.push(...reader.end());
    },
    get shape() {
      return findsRuns && !reader.ended ? reader.shape : undefined;
    },
    takeRun: (run: UpstreamEvent) => void events.push(run),
  };
  try {
    for (const part of parts) {
      decoder.push(part, sink);
      chunksSoFar.push(chunksOf(events).length);
    }
    decoder.end(sink);
    if (!reader.ended) events.push(...reader.end());
    return { events, error: null, chunksSoFar };
  } catch (error) {
    return { events, error: String(error), chunksSoFar };
  }
}

const MAX_EVENT_BYTES = 3_000;

const chunksOf = (events: readonly UpstreamEvent[]) =>
  events.flatMap((event) => (isPlainRun(event) ? chunksOfRun(event) : [event]));

/** What the client and the books see of it. */
function outcomeOf({ events, error }: Read) {
  const meter = createMeter();
  for (const event of events) meter.add(event);
  return {
    error,
    chunks: chunksOf(events),
    produced: meter.produced(),
    reported: meter.reported(),
  };
}

/** The lines that the client gets. */
function linesOf(events: readonly UpstreamEvent[]): string[] {
  const [first] = events;
  if (first === undefined || isPlainRun(first)) return [];
  const stamp = stampFor(first.chunk, 'the $& "alias" of $1');
  const runs = new RunStamp(stamp);
  return events.flatMap((event) =>
    isPlainRun(event)
      ? runs.json(event).split(BETWEEN_CHUNKS)
      : [stampedJson(event.chunk, event.wire, stamp)],
  );
}

const words = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(" the", " word", "ing", ".", "é", "😀", "\u2028") },
  {
    weight: 2,
    arbitrary: fc.constantFrom('"', "\\", "\n", "\\n", '\\"', '"}', "data: ", "\u0007"),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom("", '"choices":[', '"content":"x"', "$&", "\n\n") },
  { weight: 1, arbitrary: fc.nat(MAX_EVENT_BYTES).map((length) => "y".repeat(length)) },
);

/** What is added to a plain event, or stands in its place. */
const oddity = fc.constantFrom<(event: Fields, choice: Fields) => unknown>(
  (event) => ({ ...event, usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }),
  (event) => ({ ...event, choices: [], usage: { prompt_tokens: 3, completion_tokens: 9 } }),
  (event) => ({ ...event, citations: ["https://example.com"] }),
  (event) => ({ ...event, id: "chatcmpl-other" }),
  (event) => ({ ...event, created: 2 }),
  (event) => ({ ...event, model: "another" }),
  (event) => ({ ...event, error: { message: "it broke" } }),
  (event, choice) => ({ ...event, choices: [{ ...choice, index: 1 }] }),
  (event, choice) => ({ ...event, choices: [{ ...choice, finish_reason: "stop" }] }),
  (event, choice) => ({ ...event, choices: [{ ...choice, logprobs: { content: [] } }] }),
  (event, choice) => ({ ...event, choices: [{ ...choice, delta: { reasoning_content: "hm" } }] }),
  (event, choice) => ({
    ...event,
    choices: [{ ...choice, delta: { content: "a", refusal: "b" } }],
  }),
  (event, choice) => ({ ...event, choices: [{ ...choice, delta: { content: null } }] }),
  (event, choice) => ({
    ...event,
    choices: [
      {
        ...choice,
        delta: { tool_calls: [{ index: 0, id: "c", type: "function", function: { name: "f" } }] },
      },
    ],
  }),
  (event) => JSON.stringify(event).slice(0, -3),
  (event) => JSON.stringify(event).replace('"delta":', '"content":"first","delta":'),
  (event) => JSON.stringify(event).replace('"content":"', '"content":"a\u0001b'),
  (event) => JSON.stringify(event).replace('"content":"', '"content":"\\x'),
  (event) => JSON.stringify(event).replace('"content":"', '"content":"a","role":"assistant","x":"'),
  (event) => JSON.stringify(event).replace('"content":"', '"content":"a"'),
  (event) => JSON.stringify(event, null, 1),
  () => "[DONE]",
  () => "",
);

const item = fc.oneof(
  { weight: 60, arbitrary: words.map((text) => ({ text })) },
  { weight: 2, arbitrary: fc.tuple(words, oddity).map(([text, odd]) => ({ text, odd })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(": ping\n\n", "\n\n", "id: 7\n\n", "event: x\n")
      .map((raw) => ({ raw })),
  },
);

interface Style {
  envelope: Fields;
  rest: Fields;
  isSpaced: boolean;
  isEscaped: boolean;
  start: string;
  lineEnd: string;
}

const style: fc.Arbitrary<Style> = fc.record({
  envelope: fc.constantFrom<Fields>(
    { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "up $& stream" },
    { model: "m", id: "gen-1", object: "chat.completion.chunk", created: 1 },
    { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", provider: "p" },
  ),
  rest: fc.constantFrom<Fields>({}, { usage: null }, { system_fingerprint: 'fp "$1" \u00e9' }),
  isSpaced: fc.boolean(),
  isEscaped: fc.boolean(),
  start: fc.constantFrom("data: ", "data:"),
  lineEnd: fc.constantFrom("\n", "\n", "\n", "\r\n"),
});

function writeOne({ isSpaced, isEscaped }: Style, value: unknown): string {
  if (typeof value === "string") return value;
  let json = isSpaced
    ? JSON.stringify(value, null, 1).replaceAll(/\n */g, " ")
    : JSON.stringify(value);
  if (isEscaped) {
    json = json.replaceAll(
      /[^\0-\x7f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  }
  return json;
}

function write(how: Style, items: readonly { text?: string; odd?: unknown; raw?: string }[]) {
  const { envelope, rest, start, lineEnd } = how;
  const first = { index: 0, delta: { role: "assistant", content: "" }, finish_reason: null };
  let text = `${start}${writeOne(how, { ...envelope, choices: [first], ...rest })}\n\n`;
  for (const { text: content = "", odd, raw } of items) {
    const choice = { index: 0, delta: { content }, finish_reason: null };
    const event = { ...envelope, choices: [choice], ...rest };
    const value = typeof odd === "function" ? odd(event, choice) : event;
    const data = writeOne(how, value).replaceAll("\n", `\n${start}`);
    text += raw ?? `${start}${data}\n\n`;
  }
  return Buffer.from(text.replaceAll("\n", lineEnd));
}

test("read as text or one by one, a stream is the same to the client and to the meter", async () => {
  let runs = 0;
  let texts = 0;
  const property = fc.asyncProperty(
    style,
    fc.array(item, { maxLength: 40, size: "max" }),
    fc.array(fc.nat({ max: 2_000 }), { maxLength: 20 }),
    async (how, items, cuts) => {
      const bytes = write(how, items);
      const parts: Uint8Array[] = [];
      let at = 0;
      for (const size of cuts) {
        parts.push(bytes.subarray(at, at + size));
        at += size;
      }
      parts.push(bytes.subarray(at));
      const [fast, full] = await Promise.all([readAll(parts, true), readAll(parts, false)]);
      expect(outcomeOf(fast)).toEqual(outcomeOf(full));
      // One of them may see an event that is too large some bytes before the other.
      const partsRead = Math.min(fast.chunksSoFar.length, full.chunksSoFar.length);
      const soFar = ({ chunksSoFar }: Read) => chunksSoFar.slice(0, partsRead);
      expect(soFar(fast)).toEqual(soFar(full));
      const lines = linesOf(fast.events);
      const wanted = linesOf(full.events);
      const isRewritten = how.envelope.id !== "chatcmpl-1" || how.isSpaced;
      const seen = (line: string) => (isRewritten ? { ...JSON.parse(line), id: "" } : line);
      expect(lines.map(seen)).toEqual(wanted.map(seen));
      const found = fast.events.filter(isPlainRun);
      runs += found.length;
      texts += found.reduce((sum, run) => sum + run.texts.split("\n").length, 0);
    },
  );
  await fc.assert(property, { numRuns: 1_000 });
  // Otherwise nothing was shown.
  expect(runs).toBeGreaterThan(1_000);
  expect(texts).toBeGreaterThan(runs * 1.5);
});

test("an event whose lines end otherwise than those before it is not kept back", async () => {
  const event = (content: string, lineEnd: string) => {
    const choice = { index: 0, delta: { content }, finish_reason: null };
    const envelope = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
    const data = JSON.stringify({ ...envelope, choices: [choice] });
    return Buffer.from(`data: ${data}${lineEnd}${lineEnd}`);
  };
  const parts = ["\n", "\n", "\r\n", "\n", "\r\n", "\r\n"].map((end) => event("a", end));
  const { chunksSoFar } = await readAll(parts, true);
  expect(chunksSoFar).toEqual([1, 2, 3, 4, 5, 6]);
});
