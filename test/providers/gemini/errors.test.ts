// Gemini's failures as what the caller sees.
import { describe, expect, test } from "bun:test";
import { ERRORS } from "../../../src/providers/gemini/errors.ts";

function errorOf(status: number, error: object, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ error: { code: status, ...error } });
  return ERRORS.fromResponse(status, new Headers(headers), body);
}

describe("by status", () => {
  test.each<[number, string, number, string | null]>([
    [400, "INVALID_ARGUMENT", 400, null],
    [400, "FAILED_PRECONDITION", 400, null],
    [401, "UNAUTHENTICATED", 502, "upstream_error"],
    [403, "PERMISSION_DENIED", 502, "upstream_error"],
    [404, "NOT_FOUND", 404, "model_not_found"],
    [409, "ABORTED", 503, "overloaded"],
    [413, "", 413, "request_too_large"],
    [429, "RESOURCE_EXHAUSTED", 429, "rate_limit_exceeded"],
    [499, "CANCELLED", 502, "upstream_error"],
    [500, "INTERNAL", 502, "upstream_error"],
    [501, "UNIMPLEMENTED", 502, "upstream_error"],
    [503, "UNAVAILABLE", 503, "overloaded"],
    [504, "DEADLINE_EXCEEDED", 504, "upstream_timeout"],
  ])("%d %s", (given, name, status, code) => {
    const error = errorOf(given, { status: name, message: "words" });
    expect([error.status, error.code, error.upstreamStatus]).toEqual([status, code, given]);
    // Without a number, in a frame of a stream, the name says the same.
    if (name !== "") {
      const framed = ERRORS.fromPayload({ error: { status: name, message: "words" } });
      expect([framed?.status, framed?.code]).toEqual([status, code]);
      expect(ERRORS.fromPayload([{ error: { status: name } }])?.status).toBe(status);
    }
  });
});

test("the caller's fault keeps Google's words, without addresses", () => {
  const error = errorOf(400, {
    status: "INVALID_ARGUMENT",
    message:
      "Invalid value at https://generativelanguage.googleapis.com/x (AIzaSyA1234567890abcdefghij)",
  });
  expect(error.message).toBe("Invalid value at [url] ([redacted])");
  const billing = errorOf(400, { message: "properties[billing_address]: bad" });
  expect(billing.message).toBe("properties[billing_address]: bad");
});

test("a prompt that is too long has OpenAI's code", () => {
  const message =
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).";
  const error = errorOf(400, { status: "INVALID_ARGUMENT", message });
  expect([error.code, error.message]).toEqual(["context_length_exceeded", message]);
});

test.each<[string, number, object]>([
  ["401", 401, { message: "Request had invalid authentication credentials." }],
  ["403", 403, { message: "Your API key was reported as leaked." }],
  ["words", 400, { message: "API key not valid. Please pass a valid API key." }],
  ["country", 400, { message: "User location is not supported for the API use." }],
  [
    "reason",
    400,
    {
      message: "Bad Request",
      details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }],
    },
  ],
])("a refusal of the gateway's key is masked: %s", (_name, status, body) => {
  const error = errorOf(status, { status: "INVALID_ARGUMENT", ...body });
  expect([error.status, error.shouldRetry, error.message]).toEqual([
    502,
    false,
    "The provider refused the gateway's credentials or account.",
  ]);
});

test("a quota says when to come back, and nothing of the operator's plan", () => {
  const error = errorOf(429, {
    status: "RESOURCE_EXHAUSTED",
    message: "You exceeded your current quota, please check your plan and billing details.",
    details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "17.5s" }],
  });
  expect([error.status, error.retryAfterMs, error.message]).toEqual([
    429,
    17_500,
    "The provider limits the rate of requests. Try again later.",
  ]);
  expect(errorOf(503, { message: "x" }, { "retry-after": "2" }).retryAfterMs).toBe(2_000);
});

test("what is no error of Google's", () => {
  expect(ERRORS.fromPayload({ candidates: [] })).toBeNull();
  const html = ERRORS.fromResponse(400, new Headers(), "<html>proxy</html>");
  expect(html.message).toBe("The provider refused the request as invalid.");
  expect(ERRORS.fromResponse(503, new Headers(), "").status).toBe(503);
});
