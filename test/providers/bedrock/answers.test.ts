// Converse's answers, whole and streamed, in OpenAI's shape.
import { describe, expect, test } from "bun:test";
import type { ApiError } from "../../../src/base/errors.ts";
import type { BedrockEvent } from "../../../src/providers/bedrock/event-frames.ts";
import { parseConverse } from "../../../src/providers/bedrock/response.ts";
import { ChunkReader } from "../../../src/providers/bedrock/stream.ts";
import { collect, readStream, rejection } from "../support.ts";
import { USAGE } from "./support.ts";

const toolUse = (toolUseId: string, name: string, input: object) => ({
  toolUse: { toolUseId, name, input },
});

const counted = { promptTokens: 5, completionTokens: 2 };

const NOTHING_WRITTEN = { ...USAGE, outputTokens: 0, totalTokens: USAGE.inputTokens };

function whole(
  content: object[],
  stopReason: string,
  answerTool: string | null = null,
  usage: object = USAGE,
) {
  const body = { output: { message: { role: "assistant", content } }, stopReason, usage };
  return parseConverse(JSON.stringify(body), "m", answerTool);
}

const sounds: [string, object[], string, object, string][] = [
  ["text", [{ text: "a" }, { text: "b" }], "end_turn", { content: "ab" }, "stop"],
  ["a stop sequence", [{ text: "a" }], "stop_sequence", { content: "a" }, "stop"],
  ["the limit", [{ text: "a" }], "max_tokens", { content: "a" }, "length"],
  ["the context", [{ text: "a" }], "model_context_window_exceeded", { content: "a" }, "length"],
  ["a filter", [], "content_filtered", { content: "" }, "content_filter"],
  ["a guardrail", [{ text: "no" }], "guardrail_intervened", { content: "no" }, "content_filter"],
  ["something new", [{ text: "a" }], "paused", { content: "a" }, "stop"],
  [
    "thinking",
    [
      { reasoningContent: { reasoningText: { text: "hm", signature: "s" } } },
      { reasoningContent: { redactedContent: "xx" } },
      { text: "a" },
    ],
    "end_turn",
    { content: "a", reasoning_content: "hm" },
    "stop",
  ],
  [
    "cited text",
    [{ citationsContent: { content: [{ text: "a" }] } }],
    "end_turn",
    { content: "a" },
    "stop",
  ],
  [
    "calls",
    [toolUse("t1", "f", { x: 1 }), toolUse("t2", "g", {})],
    "tool_use",
    {
      content: null,
      tool_calls: [
        { id: "t1", type: "function", function: { name: "f", arguments: '{"x":1}' } },
        { id: "t2", type: "function", function: { name: "g", arguments: "{}" } },
      ],
    },
    "tool_calls",
  ],
];

test.each(sounds)("whole: %s", (_name, content, stopReason, message, finish) => {
  const { completion, usage } = whole(content, stopReason);
  expect(completion).toEqual({
    id: expect.stringMatching(/^chatcmpl-/),
    object: "chat.completion",
    created: expect.any(Number),
    model: "m",
    choices: [
      {
        index: 0,
        message: { role: "assistant", refusal: null, ...message },
        logprobs: null,
        finish_reason: finish,
      },
    ],
  } as never);
  expect(usage).toMatchObject(counted);
});

test("whole: the answer's tool is the answer, what was said beside it is not", () => {
  const blocks = [{ text: "Sure:" }, toolUse("t", "structured_answer", { a: 1 })];
  const [choice] = whole(blocks, "tool_use", "structured_answer").completion.choices;
  expect(choice?.message.content).toBe('{"a":1}');
  expect(choice?.message.tool_calls).toBeUndefined();
  expect(choice?.finish_reason).toBe("stop");
  const [plain] = whole([{ text: "no" }], "end_turn", "structured_answer").completion.choices;
  expect(plain?.message.content).toBe("no");
});

test.each(["", "null", "{}", "[]", '{"output":{}}'])("whole: %p is no answer", (text) => {
  expect(() => parseConverse(text, "m", null)).toThrow(/has no message|is not a JSON object/);
});

const FAULTS = ["malformed_tool_use", "malformed_model_output"];

test.each(FAULTS)("whole: %s with nothing written is a failure", (word) => {
  expect(() => whole([], word, null, NOTHING_WRITTEN)).toThrow(
    "The provider stopped its answer with an error.",
  );
});

test.each(FAULTS)("whole: what is there before %s is shown as cut", (word) => {
  const [said] = whole([{ text: "Let me" }], word, null, NOTHING_WRITTEN).completion.choices;
  expect([said?.message.content, said?.finish_reason]).toEqual(["Let me", "length"]);
  const [called] = whole([toolUse("t", "f", {})], word, null, NOTHING_WRITTEN).completion.choices;
  expect([called?.message.tool_calls?.length, called?.finish_reason]).toEqual([1, "length"]);
  expect(whole([], word).completion.choices[0]?.finish_reason).toBe("length");
});

const ev = (type: string, payload: object = {}): BedrockEvent => ({
  kind: "event",
  type,
  payload: { ...payload },
});
const delta = (index: number, it: object) =>
  ev("contentBlockDelta", { contentBlockIndex: index, delta: it });
const start = (index: number, toolUseId: string, name: string) =>
  ev("contentBlockStart", { contentBlockIndex: index, start: { toolUse: { toolUseId, name } } });
const close = (index: number) => ev("contentBlockStop", { contentBlockIndex: index });
const stop = (stopReason: string) => ev("messageStop", { stopReason });
const META = ev("metadata", { usage: USAGE });

async function streamed(events: BedrockEvent[], answerTool: string | null = null) {
  async function* batches() {
    for (const event of events) {
      yield [event];
    }
  }
  return collect(readStream(new ChunkReader("m", answerTool), batches()));
}

/** What clients put together: deltas, the finish reasons and the usage. */
async function told(events: BedrockEvent[], answerTool: string | null = null) {
  const chunks = await streamed(events, answerTool);
  return {
    deltas: chunks.flatMap(({ chunk }) => chunk.choices.map((choice) => choice.delta)),
    finish: chunks.flatMap(({ chunk }) => chunk.choices.map((it) => it.finish_reason)).at(-1),
    usage: chunks.at(-1)?.usage ?? null,
  };
}

const role = { role: "assistant" as const, content: "" };

describe("streamed", () => {
  test("text, thinking and unknown events", async () => {
    const events = [
      ev("messageStart", { role: "assistant" }),
      delta(0, { reasoningContent: { text: "hm" } }),
      delta(0, { reasoningContent: { signature: "s" } }),
      ev("somethingNew", { a: 1 }),
      delta(1, { text: "a" }),
      delta(1, { citation: { title: "t" } }),
      close(1),
      stop("end_turn"),
      META,
    ];
    expect(await told(events)).toEqual({
      deltas: [role, { reasoning_content: "hm" } as never, { content: "a" }, {}],
      finish: "stop",
      usage: expect.objectContaining(counted),
    });
    const chunks = await streamed(events);
    expect(chunks.at(-1)?.chunk).toEqual({
      id: chunks[0]?.chunk.id ?? "",
      object: "chat.completion.chunk",
      created: expect.any(Number),
      model: "m",
      choices: [],
    } as never);
  });

  test("parallel calls, numbered by themselves, one without input", async () => {
    const events = [
      ev("messageStart"),
      delta(0, { text: "I call." }),
      start(1, "t1", "f"),
      delta(1, { toolUse: { input: '{"x"' } }),
      delta(1, { toolUse: { input: ":1}" } }),
      close(1),
      start(2, "t2", "g"),
      close(2),
      stop("tool_use"),
      META,
    ];
    const call = (index: number, id: string, name: string) => ({
      tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }],
    });
    const more = (index: number, text: string) => ({
      tool_calls: [{ index, function: { arguments: text } }],
    });
    expect(await told(events)).toEqual({
      deltas: [
        role,
        { content: "I call." },
        call(0, "t1", "f"),
        more(0, '{"x"'),
        more(0, ":1}"),
        call(1, "t2", "g"),
        more(1, "{}"),
        {},
      ] as never,
      finish: "tool_calls",
      usage: expect.objectContaining(counted),
    });
  });

  test("the answer's tool is content, text beside it is held back", async () => {
    const answer = [
      ev("messageStart"),
      delta(0, { text: "Sure:" }),
      start(1, "t", "structured_answer"),
      delta(1, { toolUse: { input: '{"a":1}' } }),
      close(1),
      stop("tool_use"),
      META,
    ];
    const { deltas, finish } = await told(answer, "structured_answer");
    expect([deltas, finish]).toEqual([[role, { content: '{"a":1}' }, {}], "stop"]);
    const plain = [ev("messageStart"), delta(0, { text: "no" }), stop("end_turn"), META];
    const other = await told(plain, "structured_answer");
    expect([other.deltas, other.finish]).toEqual([[role, { content: "no" }, {}], "stop"]);
  });

  test("a role comes first even without a start", async () => {
    const { deltas } = await told([delta(0, { text: "a" }), stop("end_turn")]);
    expect(deltas).toEqual([role, { content: "a" }, {}]);
  });

  test("the end without usage is an end, anything short of it is not", async () => {
    const text = [ev("messageStart"), delta(0, { text: "a" })];
    expect((await told([...text, stop("max_tokens")])).finish).toBe("length");
    for (const events of [[], text, [...text, META]]) {
      const error = (await rejection(streamed(events))) as ApiError;
      expect(error.message).toBe("The provider's answer ended early.");
      expect(error.status).toBe(502);
    }
  });

  test("usage may come before the end, and the end comes once", async () => {
    const thought = {
      additionalModelResponseFields: { usage: { output_tokens_details: { thinking_tokens: 2 } } },
    };
    const events = [
      ev("messageStart"),
      delta(0, { text: "a" }),
      META,
      ev("messageStop", { stopReason: "max_tokens", ...thought }),
      stop("end_turn"),
      delta(0, { text: "late" }),
    ];
    const chunks = await streamed(events);
    const { deltas, finish } = await told(events);
    expect([deltas, finish]).toEqual([[role, { content: "a" }, {}], "length"]);
    expect(chunks.at(-1)?.usage).toMatchObject({ ...counted, reasoningTokens: 2 });
  });

  test("text before a call keeps its place beside a structured answer", async () => {
    const events = [
      ev("messageStart"),
      delta(0, { text: "I look." }),
      start(1, "t", "look"),
      close(1),
      stop("tool_use"),
      META,
    ];
    const { deltas, finish } = await told(events, "json");
    expect(deltas.slice(0, 2)).toEqual([role, { content: "I look." }]);
    expect(finish).toBe("tool_calls");
    const blocks = [{ text: "I look." }, toolUse("t", "look", {})];
    const [choice] = whole(blocks, "tool_use", "json").completion.choices;
    expect([choice?.message.content, choice?.message.tool_calls?.length]).toEqual(["I look.", 1]);
  });

  test("exceptions and malformed answers end it", async () => {
    const type = "throttlingException";
    const fault: BedrockEvent = { kind: "exception", type, payload: { message: "slow" } };
    expect(await rejection(streamed([ev("messageStart"), fault]))).toMatchObject({
      status: 429,
      message: "slow",
    });
    const nothing = ev("metadata", { usage: NOTHING_WRITTEN });
    for (const rest of [[], [nothing]]) {
      const fault = streamed([stop("malformed_model_output"), ...rest]);
      expect(await rejection(fault)).toMatchObject({ status: 502 });
    }
  });

  test.each(FAULTS)("what is there before %s is shown as cut", async (word) => {
    const written = [delta(0, { text: "Let me" }), close(0), stop(word)];
    const counted = [stop(word), META];
    for (const events of [written, [META, ...written], counted, [META, stop(word)]]) {
      expect((await told(events)).finish).toBe("length");
    }
  });
});
