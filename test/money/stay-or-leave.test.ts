// Whoever leaves before the provider has reported pays about what whoever stays pays, whatever the request and the answer hold.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RequestRecord } from "../../src/ledger/port.ts";
import { expectQuietBooks, post, recordOf } from "../chat/support.ts";
import { chunk, DONE, usageChunk } from "../support/openai-wire.ts";
import { gated, type RawUpstream, sse, startRawUpstream } from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { event } from "../support/sse.ts";
import { waitUntil } from "../support/wait.ts";

type Fields = Record<string, unknown>;

interface Case {
  name: string;
  request: Fields;
  /** One event each; the last one is the last that a leaver gets. */
  deltas: Fields[];
  /** What the provider reports to whoever stays. */
  reports: Fields;
  /** Neither charge is more than so many times the other. */
  factor: number;
}

/** Words that are one token each. */
const WORDS = "one two three four five six seven eight nine ten eleven twelve red blue".split(" ");
const words = (count: number): string =>
  Array.from({ length: count }, (_, at) => ` ${WORDS[at % WORDS.length]}`).join("");
const repeated = (count: number, delta: Fields): Fields[] => Array(count).fill(delta);
const counts = (prompt: number, completion: number, more: Fields = {}): Fields => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  ...more,
});
const ask = (content: unknown): Fields => ({ role: "user", content });
const OLD = { functions: [{ name: "look", parameters: { type: "object" } }] };

const LOOK = { type: "function", function: { name: "look", parameters: { type: "object" } } };
const PATCH = { type: "custom", custom: { name: "patch" } };
const head = { index: 0, id: "call_1" };
const picture = (detail: string): Fields => ({
  model: "gpt-4o-mini",
  messages: [
    ask([
      { type: "text", text: "What is it?" },
      {
        type: "image_url",
        image_url: { url: `data:image/png;base64,${"A".repeat(40_000)}`, detail },
      },
    ]),
  ],
});

/** 80,000 tokens, and what a provider counts beside. */
const LONG = words(80_000);
const LONG_TOKENS = 80_050;
const TWENTY = repeated(19, { content: " word" });
const long = (name: string, request: Fields): Case => ({
  name: `80,000 tokens in ${name}`,
  request: { model: "gpt-4o", messages: [ask("x")], ...request },
  deltas: TWENTY,
  reports: counts(LONG_TOKENS, 20),
  factor: 1.05,
});
const answered = (message: Fields): Fields => ({
  messages: [ask("x"), { role: "assistant", content: null, ...message }, ask("y")],
});

/** Ten seconds of speech: a token is 50 ms, of 48,000 bytes a second. */
const SPEECH = Buffer.alloc(48_000).toString("base64");
const SPOKEN_TOKENS = 200;

const CASES: readonly Case[] = [
  {
    name: "200 deltas of a call in the old way",
    request: { model: "gpt-4o", messages: [ask("x")], ...OLD },
    deltas: [
      { function_call: { name: "look", arguments: "" } },
      ...repeated(200, { function_call: { arguments: words(14) } }),
    ],
    reports: counts(40, 2_800),
    factor: 1.1,
  },
  {
    name: "200 deltas of content",
    request: { model: "gpt-4o", messages: [ask("x")] },
    deltas: repeated(200, { content: words(14) }),
    reports: counts(9, 2_800),
    factor: 1.05,
  },
  {
    name: "200 deltas of a tool's call",
    request: { model: "gpt-4o", messages: [ask("x")], tools: [LOOK] },
    deltas: [
      { tool_calls: [{ ...head, type: "function", function: { name: "look", arguments: "" } }] },
      ...repeated(200, { tool_calls: [{ index: 0, function: { arguments: words(14) } }] }),
    ],
    reports: counts(40, 2_800),
    factor: 1.1,
  },
  {
    name: "200 deltas of a custom tool's input",
    request: { model: "gpt-4o", messages: [ask("x")], tools: [PATCH] },
    deltas: [
      { tool_calls: [{ ...head, type: "custom", custom: { name: "patch", input: "" } }] },
      ...repeated(200, { tool_calls: [{ index: 0, custom: { input: words(14) } }] }),
    ],
    reports: counts(40, 2_800),
    factor: 1.1,
  },
  ...["reasoning_content", "reasoning", "refusal"].map(
    (field): Case => ({
      name: `200 deltas of ${field}`,
      request: { model: "gpt-4o", messages: [ask("x")] },
      deltas: repeated(200, { [field]: words(14) }),
      reports: counts(9, 2_800),
      factor: 1.05,
    }),
  ),
  {
    name: "200 deltas of reasoning_details",
    request: { model: "gpt-4o", messages: [ask("x")] },
    deltas: repeated(200, { reasoning_details: [{ type: "reasoning.text", text: words(14) }] }),
    reports: counts(9, 2_800),
    factor: 1.1,
  },
  {
    // Four bytes of it count as a token, words of English have about five.
    name: "200 deltas of a field that nobody knows",
    request: { model: "gpt-4o", messages: [ask("x")] },
    deltas: repeated(200, { made_up: words(14) }),
    reports: counts(9, 2_800),
    factor: 1.5,
  },
  {
    name: "ten seconds of speech",
    request: {
      model: "gpt-audio",
      messages: [ask("x")],
      modalities: ["text", "audio"],
      audio: { format: "pcm16", voice: "alloy" },
    },
    deltas: [
      { audio: { id: "audio_1", transcript: words(30) } },
      ...repeated(10, { audio: { data: SPEECH } }),
    ],
    reports: counts(9, SPOKEN_TOKENS + 30, {
      completion_tokens_details: { audio_tokens: SPOKEN_TOKENS, text_tokens: 30 },
    }),
    factor: 1.15,
  },
  long("functions[].description", {
    functions: [{ name: "look", description: LONG, parameters: { type: "object" } }],
  }),
  long("a tool's description", {
    tools: [{ type: "function", function: { name: "look", description: LONG } }],
  }),
  long("an assistant's refusal", answered({ refusal: LONG })),
  long("function_call.arguments", answered({ function_call: { name: "look", arguments: LONG } })),
  long("a message's name", { messages: [{ ...ask("x"), name: LONG }] }),
  long("a prediction", { prediction: { type: "content", content: LONG } }),
  long("a field that nobody knows", { made_up: { deep: [LONG] } }),
  long("plain content", { messages: [ask(LONG)] }),
  {
    name: "a picture in low detail",
    request: picture("low"),
    deltas: repeated(5, { content: " word" }),
    reports: counts(2_845, 5),
    factor: 1.1,
  },
  {
    name: "a picture of 2048 x 2048 in high detail",
    request: picture("high"),
    deltas: repeated(5, { content: " word" }),
    reports: counts(25_521, 20),
    // The picture's size is not looked at: it is charged as the largest.
    factor: 2,
  },
];

let upstream: RawUpstream;
let server: TestServer;

beforeAll(async () => {
  upstream = await startRawUpstream();
  server = await startTestServer({ env: upstream.env, creditsMicro: 100_000_000 });
});

afterAll(async () => {
  await expectQuietBooks(server);
  await server.close();
  await upstream.close();
});

const BEGINNING = event(chunk({ role: "assistant", content: "" }));
const END = event(chunk({}, "stop"));
const said = (deltas: readonly Fields[]): string =>
  BEGINNING + deltas.map((delta) => event(chunk(delta))).join("");

async function stays(request: Fields, text: string): Promise<RequestRecord> {
  upstream.answer(sse([text]));
  const response = await post(server, { stream: true, ...request });
  expect(response.status).toBe(200);
  await response.text();
  return recordOf(server, response.headers.get("x-request-id") ?? "");
}

/** Reads so many events of a stream that then hangs, and leaves. */
async function leaves(request: Fields, text: string, events: number): Promise<RequestRecord> {
  upstream.answer(sse(gated(text, new Promise(() => {}))));
  const leaving = new AbortController();
  const response = await post(server, { stream: true, ...request }, { signal: leaving.signal });
  expect(response.status).toBe(200);
  let read = "";
  const decoder = new TextDecoder();
  try {
    for await (const bytes of response.body ?? []) {
      read += decoder.decode(bytes, { stream: true });
      if (read.split("\n\ndata: ").length >= events) leaving.abort();
    }
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  }
  await waitUntil(() => server.gateway.inProgress() === 0, "the leaver is settled");
  return recordOf(server, response.headers.get("x-request-id") ?? "");
}

test.each(CASES)("$name", async ({ request, deltas, reports, factor }) => {
  const all = said(deltas);
  const stayer = await stays(request, all + END + event(usageChunk(reports)) + DONE);
  expect(stayer).toMatchObject({ ending: "completed", usageSource: "reported" });
  const leaver = await leaves(request, all, deltas.length + 1);
  expect(leaver).toMatchObject({ ending: "client_left", usageSource: "estimated" });
  const ratio = leaver.chargedMicro / stayer.chargedMicro;
  expect(ratio).toBeGreaterThanOrEqual(1 / factor);
  expect(ratio).toBeLessThanOrEqual(factor);
});

describe("reports that cannot be", () => {
  const plain = { model: "gpt-4o", messages: [ask("Say it.")] };
  const TRUE = event(chunk({}, "stop", { usage: counts(9, 12) }));
  const said12 = said(repeated(12, { content: " word" }));

  test("zeros after real usage do not win, for who stays and who leaves", async () => {
    const zeros = said12 + TRUE + event(usageChunk(counts(0, 0)));
    const asReported = await stays(plain, said12 + TRUE + DONE);
    expect(asReported.chargedMicro).toBe(Math.ceil(9 * 2.5 + 12 * 10));
    for (const record of [await stays(plain, zeros + DONE), await leaves(plain, zeros, 13)]) {
      expect(record.chargedMicro).toBe(asReported.chargedMicro);
    }
  });

  test("400,000 tokens for 60 bytes are not believed: an estimate is charged", async () => {
    const absurd = event(usageChunk(counts(400_000, 12)));
    const stayer = await stays(plain, said12 + END + absurd + DONE);
    const leaver = await leaves(plain, said12, 13);
    expect(stayer).toMatchObject({ ending: "completed", usageSource: "estimated" });
    expect(stayer.chargedMicro).toBe(leaver.chargedMicro);
    expect(stayer.chargedMicro).toBeLessThan(300);
    expect(server.logLines().some(({ msg }) => msg.includes("more input than"))).toBe(true);
  });
});
