// Providers' failures as what the caller sees: status, code, message; never a key, host or account.
import { describe, expect, test } from "bun:test";
import { COMMON_ERRORS } from "../../../src/providers/shared/errors.ts";
import { RETRY_AFTER_CAP_MS } from "../../../src/providers/shared/retry-after.ts";

function fromBody(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return COMMON_ERRORS.fromResponse(status, new Headers(headers), text);
}

describe("the caller's faults keep what the provider said", () => {
  const openai = {
    error: {
      message: "Unsupported parameter: 'max_tokens'.",
      type: "invalid_request_error",
      param: "max_tokens",
      code: "unsupported_parameter",
    },
  };

  test.each<[string, number, unknown, string, string | null, string | null]>([
    [
      "OpenAI",
      400,
      openai,
      "Unsupported parameter: 'max_tokens'.",
      "max_tokens",
      "unsupported_parameter",
    ],
    [
      "422",
      422,
      openai,
      "Unsupported parameter: 'max_tokens'.",
      "max_tokens",
      "unsupported_parameter",
    ],
    [
      "Google's array",
      400,
      [{ error: { code: 400, message: "Bad field", status: "INVALID_ARGUMENT" } }],
      "Bad field",
      null,
      "INVALID_ARGUMENT",
    ],
    [
      "xAI",
      400,
      { code: "Client specified an invalid argument", error: "No such field" },
      "No such field",
      null,
      null,
    ],
    ["error as text", 400, { error: "plain words" }, "plain words", null, null],
    [
      "Mistral",
      400,
      {
        object: "error",
        message: "Bad roles",
        type: "invalid_request_message_order",
        param: null,
        code: "3230",
      },
      "Bad roles",
      null,
      null,
    ],
    [
      "Mistral's detail in the message",
      422,
      {
        object: "error",
        message: {
          detail: [
            {
              type: "extra_forbidden",
              loc: ["body", "store"],
              msg: "Extra inputs are not permitted",
            },
          ],
        },
      },
      "store: Extra inputs are not permitted",
      "store",
      null,
    ],
    [
      "a validator's detail",
      422,
      { detail: [{ loc: ["body", "messages", 0, "user", "name"], msg: "not permitted" }] },
      "messages[0].user.name: not permitted",
      "messages[0].user.name",
      null,
    ],
    ["a detail in words", 400, { detail: "no model" }, "no model", null, null],
    ["plain text", 400, "body too odd", "body too odd", null, null],
    [
      "HTML",
      400,
      "<html><h1>nginx</h1>",
      "The provider refused the request as invalid.",
      null,
      null,
    ],
    ["nothing", 400, "", "The provider refused the request as invalid.", null, null],
    ["a bare number", 400, "7", "The provider refused the request as invalid.", null, null],
  ])("%s", (_name, status, body, message, param, code) => {
    const error = fromBody(status, body);
    expect([error.status, error.type]).toEqual([400, "invalid_request_error"]);
    expect([error.message, error.param, error.code]).toEqual([message, param, code]);
    expect(error.upstreamStatus).toBe(status);
  });

  test.each([
    ["This model's maximum context length is 8192 tokens. However, you requested 9000."],
    ["prompt is too long: 210000 tokens > 200000 maximum"],
    ["The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."],
    ["Please reduce the length of the messages or completion."],
    ["Input tokens exceed the configured limit"],
    ["the request exceeds the available context size. try increasing the context size"],
  ])("a prompt that is too long has OpenAI's code: %s", (message) => {
    expect(fromBody(400, { error: { message, code: null } }).code).toBe("context_length_exceeded");
  });

  test("a message about something else has not", () => {
    expect(fromBody(400, { error: { message: "temperature is too large" } }).code).toBeNull();
  });
});

describe("statuses", () => {
  test.each<[number, number, string, string]>([
    [404, 404, "invalid_request_error", "model_not_found"],
    [408, 503, "server_error", "overloaded"],
    [409, 503, "server_error", "overloaded"],
    [425, 503, "server_error", "overloaded"],
    [413, 413, "invalid_request_error", "request_too_large"],
    [429, 429, "rate_limit_error", "rate_limit_exceeded"],
    [500, 502, "server_error", "upstream_error"],
    [501, 502, "server_error", "upstream_error"],
    [502, 502, "server_error", "upstream_error"],
    [503, 503, "server_error", "overloaded"],
    [529, 503, "server_error", "overloaded"],
    [504, 504, "server_error", "upstream_timeout"],
    [524, 504, "server_error", "upstream_timeout"],
    [418, 502, "server_error", "upstream_error"],
    [405, 502, "server_error", "upstream_error"],
  ])("%d becomes %d %s %s", (given, status, type, code) => {
    const error = fromBody(given, { error: { message: "words" } });
    expect([error.status, error.type, error.code as string]).toEqual([status, type, code]);
    expect(error.upstreamStatus).toBe(given);
  });

  test.each<[string, number, unknown]>([
    ["401", 401, { error: { message: "Incorrect API key provided: sk-abc***def" } }],
    ["402", 402, { error: { message: "Insufficient credits on account acct_12345678" } }],
    ["403", 403, { error: { message: "Country not supported" } }],
    [
      "a spent quota",
      429,
      { error: { message: "quota", type: "insufficient_quota", code: "insufficient_quota" } },
    ],
    [
      "a quota in words",
      429,
      { error: { message: "You exceeded your current quota, please check" } },
    ],
    [
      "Google's bad key",
      400,
      [
        {
          error: {
            code: 400,
            message: "API key not valid. Please pass a valid API key.",
            status: "INVALID_ARGUMENT",
          },
        },
      ],
    ],
    [
      "Anthropic's empty balance",
      400,
      { error: { type: "invalid_request_error", message: "Your credit balance is too low" } },
    ],
    ["xAI's bad key", 400, { code: "x", error: "Incorrect API key provided: xa***z" }],
  ])("the operator's trouble is masked: %s", (_name, status, body) => {
    const error = fromBody(status, body);
    expect([error.status, error.code, error.shouldRetry]).toEqual([502, "upstream_error", false]);
    expect(error.message).toBe("The provider refused the gateway's credentials or account.");
    expect(error.upstreamStatus).toBe(status);
  });
});

describe("retry-after", () => {
  test.each<[Record<string, string>, number | undefined]>([
    [{ "retry-after-ms": "1500", "retry-after": "9" }, 1_500],
    [{ "retry-after": "2" }, 2_000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "86400" }, RETRY_AFTER_CAP_MS],
    [{ "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, 0],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "-5" }, undefined],
    [{}, undefined],
  ])("%j", (headers, expected) => {
    expect(fromBody(429, { error: { message: "slow" } }, headers).retryAfterMs).toBe(
      expected as number,
    );
  });

  test("a date ahead, and Google's detail", () => {
    const date = new Date(Date.now() + 20_000).toUTCString();
    const waitMs = fromBody(503, "", { "retry-after": date }).retryAfterMs ?? 0;
    expect(waitMs).toBeGreaterThan(15_000);
    expect(waitMs).toBeLessThanOrEqual(20_000);
    const google = { error: { code: 429, message: "m", details: [{}, { retryDelay: "17s" }] } };
    expect(fromBody(429, [google]).retryAfterMs).toBe(17_000);
  });
});

describe("errors under status 200 and in streams", () => {
  test.each<[string, unknown, number, string | null]>([
    ["a numeric code", { error: { code: 429, message: "slow" } }, 429, "rate_limit_exceeded"],
    [
      "a rate limit by type",
      { error: { type: "rate_limit_error", message: "slow" } },
      429,
      "rate_limit_exceeded",
    ],
    [
      "overload by type",
      { error: { type: "overloaded_error", message: "busy" } },
      503,
      "overloaded",
    ],
    ["text", { error: "it broke" }, 502, "upstream_error"],
    ["nothing but true", { error: true }, 502, "upstream_error"],
    [
      "beside choices",
      { choices: [], error: { message: "x", code: "server_error" } },
      502,
      "upstream_error",
    ],
    ["a bad request", { error: { type: "invalid_request_error", message: "x" } }, 400, null],
    [
      "the operator's key",
      { error: { code: "invalid_api_key", message: "x" } },
      502,
      "upstream_error",
    ],
    ["Mistral's", { object: "error", message: "x", type: "y" }, 502, "upstream_error"],
    ["Google's array", [{ error: { code: 503, message: "x" } }], 503, "overloaded"],
  ])("%s", (_name, payload, status, code) => {
    const error = COMMON_ERRORS.fromPayload(payload);
    expect([error?.status, error?.code]).toEqual([status, code]);
  });

  test.each([[{ choices: [] }], [{ error: null }], [{ error: "" }], [null], [1], ["error"], [[]]])(
    "%j is no error",
    (payload) => {
      expect(COMMON_ERRORS.fromPayload(payload)).toBeNull();
    },
  );
});
