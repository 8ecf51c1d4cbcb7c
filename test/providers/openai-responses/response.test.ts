// Whole responses as chat completions.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { parseResponse } from "../../../src/providers/openai-responses/response.ts";
import {
  type Fields,
  functionCall,
  message,
  outputText,
  RESPONSE_USAGE,
  reasoning,
  responseOf,
  TOKEN_USAGE,
} from "./support.ts";

const parse = (body: unknown) => parseResponse(JSON.stringify(body), "asked");

/** The answer's only choice, without its index. */
function choiceOf(extra: Fields): unknown {
  const { index, ...choice } = parse(responseOf(extra)).completion.choices[0] ?? { index: -1 };
  expect(index).toBe(0);
  return choice;
}

function failureOf(body: unknown): ApiError {
  try {
    parse(body);
  } catch (error) {
    if (error instanceof ApiError) {
      return error;
    }
    throw error;
  }
  throw new Error("expected a failure");
}

const said = (content: string | null, extra: Fields = {}) => ({
  role: "assistant",
  content,
  refusal: null,
  ...extra,
});

describe("the completion", () => {
  test("of a text with usage", () => {
    const body = responseOf({
      output: [reasoning(), message(outputText("Hi "), outputText("you"))],
    });
    const { completion, usage } = parse(body);
    expect(completion as unknown).toEqual({
      id: "resp_1",
      object: "chat.completion",
      created: 1_700_000_000,
      model: "gpt-5.6-sol",
      service_tier: "default",
      choices: [{ index: 0, message: said("Hi you"), logprobs: null, finish_reason: "stop" }],
    });
    expect(usage).toEqual(TOKEN_USAGE);
  });

  test("of thinking, text and calls", () => {
    const output = [
      reasoning("**Plan**\nfirst", "then"),
      message(outputText("Looking.")),
      functionCall("call_1", "look", '{"a":1}'),
      { type: "web_search_call", id: "ws_1", status: "completed" },
      { type: "custom_tool_call", id: "ctc_1", call_id: "call_2", name: "run", input: "ls" },
      reasoning("after"),
    ];
    expect(choiceOf({ output })).toEqual({
      message: said("Looking.", {
        reasoning_content: "**Plan**\nfirst\n\nthen\n\nafter",
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "look", arguments: '{"a":1}' } },
          { id: "call_2", type: "custom", custom: { name: "run", input: "ls" } },
        ],
      }),
      logprobs: null,
      finish_reason: "tool_calls",
    });
  });

  test.each<[string, Fields, unknown, string]>([
    ["nothing", { output: [] }, said(""), "stop"],
    ["an empty text", { output: [message(outputText(""))] }, said(""), "stop"],
    [
      "a refusal",
      { output: [message({ type: "refusal", refusal: "No." })] },
      said(null, { refusal: "No." }),
      "stop",
    ],
    [
      "a call alone",
      { output: [functionCall("call_1", "f", "")] },
      said(null, {
        tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "" } }],
      }),
      "tool_calls",
    ],
    [
      "a text that met the limit",
      {
        status: "incomplete",
        incomplete_details: { reason: "max_output_tokens" },
        output: [message(outputText("Once"))],
      },
      said("Once"),
      "length",
    ],
    [
      "a call that met the limit",
      {
        status: "incomplete",
        incomplete_details: { reason: "max_output_tokens" },
        output: [functionCall("call_1", "f", '{"a')],
      },
      said(null, {
        tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: '{"a' } }],
      }),
      "length",
    ],
    ...["model_context_window_exceeded", "max_tool_calls", "something_new", undefined].map(
      (reason): [string, Fields, unknown, string] => [
        `a text that was stopped by ${reason}`,
        {
          status: "incomplete",
          incomplete_details: { reason },
          output: [message(outputText("Once"))],
        },
        said("Once"),
        "length",
      ],
    ),
    [
      "a text that was filtered",
      {
        status: "incomplete",
        incomplete_details: { reason: "content_filter" },
        output: [message(outputText("Once"))],
      },
      said("Once"),
      "content_filter",
    ],
  ])("of %s", (_name, extra, expected, finishReason) => {
    expect(choiceOf(extra)).toEqual({
      message: expected,
      logprobs: null,
      finish_reason: finishReason,
    });
  });

  test("with log probabilities and citations", () => {
    const token = { token: "a", logprob: -0.1, bytes: [97] };
    const part = outputText("a", {
      logprobs: [{ ...token, top_logprobs: [token] }],
      annotations: [
        { type: "url_citation", start_index: 0, end_index: 1, title: "t", url: "https://h" },
        { type: "file_path", file_id: "f" },
      ],
    });
    const citation = { start_index: 0, end_index: 1, title: "t", url: "https://h" };
    expect(choiceOf({ output: [message(part)] })).toEqual({
      message: said("a", { annotations: [{ type: "url_citation", url_citation: citation }] }),
      logprobs: { content: [{ ...token, top_logprobs: [token] }], refusal: null },
      finish_reason: "stop",
    });
  });

  test("of a body that names nothing", () => {
    const { completion, usage } = parse({ output: [message(outputText("a"))] });
    expect(completion.id).toStartWith("chatcmpl-");
    expect([completion.model, completion.choices[0]?.finish_reason]).toEqual(["asked", "stop"]);
    expect(usage).toBeNull();
  });

  test.each<[unknown]>([
    [null],
    [{ ...RESPONSE_USAGE, input_tokens: -1 }],
    [{ ...RESPONSE_USAGE, output_tokens: 1.5 }],
    [{ input_tokens: 3 }],
    ["many"],
  ])("with usage %j has none", (usage) => {
    expect(parse(responseOf({ usage })).usage).toBeNull();
  });
});

describe("a failure", () => {
  const failed = (code: string, text = "Because.") =>
    responseOf({ status: "failed", error: { code, message: text } });

  test.each<[unknown, number, string | null]>([
    [failed("server_error"), 502, "upstream_error"],
    [failed("rate_limit_exceeded"), 429, "rate_limit_exceeded"],
    [failed("invalid_prompt"), 400, "invalid_prompt"],
    [failed("invalid_image_url"), 400, "invalid_image_url"],
    [failed("image_too_large"), 400, "image_too_large"],
    [failed("failed_to_download_image"), 400, "failed_to_download_image"],
    [failed("bio_policy"), 400, "bio_policy"],
    [failed("data_residency_mismatch"), 502, "upstream_error"],
    [responseOf({ status: "failed" }), 502, "upstream_error"],
    [responseOf({ status: "cancelled" }), 502, "upstream_error"],
    [responseOf({ status: "queued" }), 502, "upstream_error"],
    [responseOf({ status: "in_progress" }), 502, "upstream_error"],
    [{ error: { message: "x", type: "invalid_request_error", code: null } }, 400, null],
    [{ object: "response" }, 502, "upstream_error"],
    [[], 502, "upstream_error"],
    ["text", 502, "upstream_error"],
  ])("%j", (body, status, code) => {
    const error = failureOf(body);
    expect([error.status, error.code]).toEqual([status, code]);
  });

  test("that is the request's fault says why", () => {
    expect(failureOf(failed("invalid_prompt", "Use other words.")).message).toBe(
      "Use other words.",
    );
    expect(failureOf(failed("server_error", "secret detail")).message).not.toContain("secret");
  });
});
