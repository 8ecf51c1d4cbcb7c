// Behaviours of complete answers: words, calls, forms of an answer, ways to end, and usage.
import { expect } from "bun:test";
import { post } from "../../chat/support.ts";
import { json } from "../../support/raw-upstream.ts";
import {
  ask,
  type Bench,
  type Delivered,
  expectStream,
  expectWhole,
  STREAMING,
  streamed,
  wholeStream,
} from "../bench.ts";
import { type Answer, type Fields, isCannot, joined, type RequestName } from "../driver.ts";
import { calling, clientRequest, OSLO, ROME, saying, TOKENS } from "../requests.ts";

/** Runs one cell; gives its outcome for the matrix, or throws. */
export type Behaviour = (bench: Bench) => Promise<string>;

const UNICODE = 'Grüße, 世界! 👩‍👩‍👧 \u2028 \\n "quoted" 😀';
const JSON_ANSWER = '{"name":"Ada","age":36}';
const REFUSAL = "I cannot help with that.";

const said = (text: string, finishReason = "stop", extra: Fields = {}): Delivered => ({
  message: { role: "assistant", content: text, refusal: null, ...extra },
  finishReason,
});

/** The request with this answer, without streaming and with it. */
async function both(
  bench: Bench,
  name: RequestName,
  answer: Answer,
  told: Delivered,
): Promise<string> {
  const wanted = bench.driver.sends[name];
  if (isCannot(wanted)) return refused(bench, name);
  await whole(bench, name, answer, told);
  await stream(bench, name, answer, told);
  return "ok";
}

async function whole(bench: Bench, name: RequestName, answer: Answer, told: Delivered) {
  const response = await ask(bench, name, json(bench.driver.whole(answer)));
  await expectWhole(bench, name, response, told, answer.tokens);
  return "ok";
}

async function stream(bench: Bench, name: RequestName, answer: Answer, told: Delivered) {
  const pieces = wholeStream(bench.driver, answer);
  const response = await ask(bench, name, streamed(bench.driver, pieces), STREAMING);
  await expectStream(bench, name, response, streamDelivered(told), answer.tokens);
  return "ok";
}

/** In a stream, no words at all and an empty text are the same. */
function streamDelivered({ message, finishReason }: Delivered): Delivered {
  return { message: { ...message, content: message.content || null }, finishReason };
}

/** The dialect cannot do it: the documented error, and nothing goes upstream. */
async function refused({ driver, server, upstream }: Bench, name: RequestName): Promise<string> {
  const wanted = driver.sends[name];
  if (!isCannot(wanted)) throw new Error(`${driver.name} can do ${name}`);
  const before = upstream.requests.length;
  for (const extra of [{}, STREAMING]) {
    const response = await post(server, { ...clientRequest(driver, name), ...extra });
    const { cannot: _cannot, status, ...error } = wanted;
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: { ...error, type: "invalid_request_error" } });
  }
  expect(upstream.requests).toHaveLength(before);
  return `cannot (${wanted.cannot})`;
}

const called = ({ driver }: Bench, calls: Answer["calls"]): Delivered => ({
  message: {
    role: "assistant",
    content: null,
    refusal: null,
    tool_calls: driver.clientCalls(calls ?? []),
  },
  finishReason: "tool_calls",
});

function jsonSchema(bench: Bench): Promise<string> {
  const answer = bench.driver.jsonAnswer?.(JSON_ANSWER) ?? saying([JSON_ANSWER]);
  return both(bench, "jsonSchema", answer, said(JSON_ANSWER));
}

function refusal(bench: Bench): Promise<string> {
  const answer: Answer = { refusal: REFUSAL, end: "filter", tokens: TOKENS };
  return both(bench, "text", answer, bench.driver.refused(REFUSAL));
}

function reasoning(bench: Bench): Promise<string> {
  const thoughts = ["Six times ", "seven."];
  const tokens = { ...TOKENS, output: 20, reasoning: 13 };
  const answer = saying(["42"], { reasoning: thoughts, tokens });
  const shown = bench.driver.reasoning.shown ? { reasoning_content: joined(thoughts) } : {};
  return both(bench, "reasoning", answer, said("42", "stop", shown));
}

/** One byte at a time, each in a write and, as far as the network lets it, a read of its own. */
async function unicode(bench: Bench): Promise<string> {
  const answer = saying([UNICODE, UNICODE]);
  const bytes = Buffer.concat(wholeStream(bench.driver, answer).map((one) => Buffer.from(one)));
  const pieces = async function* () {
    for (const byte of bytes) {
      yield Uint8Array.of(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const response = await ask(bench, "text", streamed(bench.driver, pieces()), STREAMING);
  await expectStream(bench, "text", response, said(UNICODE + UNICODE), answer.tokens);
  return "ok";
}

const cacheTokens = { ...TOKENS, input: 500, cached: 400 };

export const ANSWERS: Record<string, Behaviour> = {
  text: (bench) => whole(bench, "text", saying(["Hello!"]), said("Hello!")),
  stream: (bench) => stream(bench, "text", saying(["Hel", "lo!"]), said("Hello!")),
  tools: (bench) => both(bench, "tools", calling([ROME]), called(bench, [ROME])),
  "parallel tools": (bench) =>
    both(bench, "parallelTools", calling([ROME, OSLO]), called(bench, [ROME, OSLO])),
  "tool results": (bench) => both(bench, "toolResults", saying(["Mixed."]), said("Mixed.")),
  json_schema: jsonSchema,
  image: (bench) => both(bench, "image", saying(["A dot."]), said("A dot.")),
  stop: (bench) => both(bench, "stop", saying(["One"], { end: "stop_sequence" }), said("One")),
  length: (bench) =>
    both(bench, "text", saying(["On and"], { end: "length" }), said("On and", "length")),
  refusal,
  reasoning,
  "cache usage": (bench) =>
    both(bench, "text", saying(["Hi."], { tokens: cacheTokens }), said("Hi.")),
  "unicode split": unicode,
};
