// Whole answers of Gemini's as completions.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { endOf } from "../../../src/providers/gemini/candidate.ts";
import { parseCompletion } from "../../../src/providers/gemini/response.ts";
import { SignatureCache } from "../../../src/providers/gemini/signatures.ts";
import { tokens } from "../../support/usage.ts";
import { rejection } from "../support.ts";
import { answerOf, chunksOf } from "./support.ts";

function parse(body: unknown, signatures = new SignatureCache()) {
  return parseCompletion(JSON.stringify(body), "asked", signatures);
}

describe("completions", () => {
  test("thoughts, text, parallel calls, a signature, usage", () => {
    const signatures = new SignatureCache();
    const body = answerOf(
      [
        { text: "Let me ", thought: true },
        { text: "think.", thought: true },
        { text: "Looking" },
        {
          functionCall: { id: "x1", name: "look", args: { city: "Rome" } },
          thoughtSignature: "c2ln",
        },
        { functionCall: { name: "wait" } },
        { text: "", thoughtSignature: "bGFzdA==" },
        { executableCode: { code: "1" } },
      ],
      "STOP",
      { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 7, totalTokenCount: 22 },
    );
    const { completion, usage } = parse(body, signatures);
    const second = completion.choices[0]?.message.tool_calls?.[1]?.id ?? "";
    expect(second).toMatch(/^call_/);
    expect(completion).toEqual({
      id: "resp-1",
      object: "chat.completion",
      created: expect.any(Number),
      model: "gemini-x",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: "Looking",
            refusal: null,
            reasoning_content: "Let me think.",
            tool_calls: [
              {
                id: "gid-x1",
                type: "function",
                function: { name: "look", arguments: '{"city":"Rome"}' },
                extra_content: { google: { thought_signature: "c2ln" } },
              },
              { id: second, type: "function", function: { name: "wait", arguments: "{}" } },
            ],
          },
          logprobs: null,
          finish_reason: "tool_calls",
        },
      ],
    } as never);
    expect(usage).toEqual(
      tokens({
        promptTokens: 10,
        completionTokens: 12,
        reasoningTokens: 7,
      }),
    );
    expect(signatures.find("gid-x1", "look")).toBe("c2ln");
    expect(signatures.size).toBe(1);
  });

  test("several candidates, log probabilities", () => {
    const logprobsResult = {
      chosenCandidates: [{ token: "é", logProbability: -0.5, tokenId: 3 }, { token: "b" }],
      topCandidates: [{ candidates: [{ token: "c", logProbability: -2 }] }],
    };
    const { completion } = parse({
      candidates: [
        { content: { parts: [{ text: "éb" }] }, finishReason: "STOP", logprobsResult },
        { index: 1, content: { parts: [{ text: "x" }] }, finishReason: "MAX_TOKENS" },
      ],
    });
    expect(completion.choices).toEqual([
      {
        index: 0,
        message: { role: "assistant", content: "éb", refusal: null },
        logprobs: {
          content: [
            {
              token: "é",
              bytes: [195, 169],
              logprob: -0.5,
              top_logprobs: [{ token: "c", bytes: [99], logprob: -2 }],
            },
            { token: "b", bytes: [98], logprob: 0, top_logprobs: [] },
          ],
          refusal: null,
        },
        finish_reason: "stop",
      },
      {
        index: 1,
        message: { role: "assistant", content: "x", refusal: null },
        logprobs: null,
        finish_reason: "length",
      },
    ]);
    expect([completion.model, completion.id.startsWith("chatcmpl-")]).toEqual(["asked", true]);
  });

  test.each<[string, object]>([
    ["prompt", { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } }],
    ["answer", { candidates: [{ finishReason: "SAFETY", index: 0 }] }],
  ])("a blocked %s is an empty answer", (_name, body) => {
    const { completion, usage } = parse({
      ...body,
      usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 },
    });
    expect(completion.choices).toEqual([
      {
        index: 0,
        message: { role: "assistant", content: "", refusal: null },
        logprobs: null,
        finish_reason: "content_filter",
      },
    ]);
    expect(usage).toEqual(tokens({ promptTokens: 4 }));
  });

  test.each<[string, unknown, number]>([
    ["malformed call", answerOf([], "MALFORMED_FUNCTION_CALL"), 502],
    ["no candidates", {}, 502],
    ["nothing in it", { candidates: [{}] }, 502],
    ["no object", [], 502],
    ["no JSON object", "text", 502],
    ["a candidate that is none", { candidates: [1] }, 502],
    ["a call without a name", answerOf([{ functionCall: {} }], "STOP"), 502],
    ["too many candidates", { candidates: [{ index: 1_000, finishReason: "STOP" }] }, 502],
    ["an error", { error: { code: 503, status: "UNAVAILABLE", message: "busy" } }, 503],
  ])("%s", (_name, body, status) => {
    let thrown: unknown;
    try {
      parse(body);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ApiError);
    expect((thrown as ApiError).status).toBe(status);
  });
});

test.each<[string, boolean, string]>([
  ["STOP", false, "stop"],
  ["STOP", true, "tool_calls"],
  ["MAX_TOKENS", true, "length"],
  ["CONTINUATION", false, "length"],
  ["SAFETY", false, "content_filter"],
  ["RECITATION", false, "content_filter"],
  ["LANGUAGE", false, "content_filter"],
  ["BLOCKLIST", false, "content_filter"],
  ["PROHIBITED_CONTENT", false, "content_filter"],
  ["SPII", false, "content_filter"],
  ["IMAGE_SAFETY", false, "content_filter"],
  ["IMAGE_RECITATION", false, "content_filter"],
  ["MODEL_ARMOR", false, "content_filter"],
  ["UNEXPECTED_TOOL_CALL", false, "stop"],
  ["UNEXPECTED_TOOL_CALL", true, "tool_calls"],
  ["OTHER", false, "stop"],
  ["SOMETHING_NEW", true, "tool_calls"],
])("finish reason %s, calls %p", (reason, hasCalls, expected) => {
  expect(endOf(reason, { hasCalls, hasOutput: false })).toBe(expected as never);
});

describe("an answer that the model failed to write", () => {
  const failed = [
    "MALFORMED_FUNCTION_CALL",
    "MALFORMED_RESPONSE",
    "MISSING_THOUGHT_SIGNATURE",
    "TOO_MANY_TOOL_CALLS",
  ];
  const billed = { promptTokenCount: 58, candidatesTokenCount: 35, totalTokenCount: 93 };
  const prompt = { promptTokenCount: 58, totalTokenCount: 58 };

  test.each(failed)("%s: what is there is shown as cut, whole and streamed alike", async (word) => {
    for (const body of [answerOf([{ text: "Let me" }], word, prompt), answerOf([], word, billed)]) {
      const { completion, usage } = parse(body);
      const streamed = await chunksOf([body]);
      const ends = [completion.choices[0], streamed.at(-1)?.chunk.choices[0]];
      expect(ends.map((choice) => choice?.finish_reason)).toEqual(["length", "length"]);
      expect(usage?.promptTokens).toBe(58);
      expect(streamed[0]?.usage).toEqual(usage);
    }
  });

  test.each(failed)("%s: with nothing there it is a 502, which may be retried", async (word) => {
    const body = answerOf([], word, prompt);
    expect(() => parse(body)).toThrow(ApiError);
    const error = await rejection(chunksOf([body]));
    expect([(error as ApiError).status, (error as ApiError).shouldRetry]).toEqual([502, undefined]);
  });

  test("another failure is one, whatever is there", async () => {
    const body = answerOf([{ text: "Let me" }], "ABORTED", billed);
    expect(() => parse(body)).toThrow(ApiError);
    expect(await rejection(chunksOf([body]))).toBeInstanceOf(ApiError);
  });
});

test("integers beyond 2^53 in arguments keep their digits", async () => {
  const json = '{"id":2512292042121000001}';
  const body = JSON.stringify(
    answerOf([{ functionCall: { name: "f", args: { id: 1 } } }], "STOP"),
  ).replace('{"id":1}', json);
  const whole = parseCompletion(body, "asked", new SignatureCache());
  const calls = [
    whole.completion.choices[0]?.message.tool_calls?.[0],
    (await chunksOf([body]))[1]?.chunk.choices[0]?.delta.tool_calls?.[0],
  ];
  for (const call of calls) expect(call).toMatchObject({ function: { arguments: json } });
});
