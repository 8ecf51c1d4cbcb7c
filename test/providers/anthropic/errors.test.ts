// Anthropic's errors, under their own status and under a 200, as the gateway's.
import { expect, test } from "bun:test";
import type { ApiError } from "../../../src/base/errors.ts";
import { ERRORS } from "../../../src/providers/anthropic/errors.ts";
import { message } from "./support.ts";

const body = (type: string, said: string, extra: object = {}) =>
  JSON.stringify({
    type: "error",
    error: { type, message: said, ...extra },
    request_id: "req_1",
  });
const view = ({ status, type, code, message: said, upstreamStatus }: ApiError): unknown[] => [
  status,
  type,
  code,
  said,
  upstreamStatus,
];
const masked = "The provider refused the gateway's credentials or account.";
const busy = "The provider cannot take the request now. Try again later.";
const spent = { details: { error_code: "enforced_spend_limit_reached" } };
test.each([
  [
    400,
    body("invalid_request_error", "max_tokens: 9 > 8"),
    400,
    "invalid_request_error",
    null,
    "max_tokens: 9 > 8",
  ],
  [
    400,
    body("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"),
    400,
    "invalid_request_error",
    "context_length_exceeded",
    "prompt is too long: 9 tokens > 8 maximum",
  ],
  [
    400,
    body("invalid_request_error", "Your credit balance is too low to access the API."),
    502,
    "server_error",
    "upstream_error",
    masked,
  ],
  [
    400,
    body("invalid_request_error", "This organization has been disabled."),
    502,
    "server_error",
    "upstream_error",
    masked,
  ],
  [
    400,
    body("invalid_request_error", "You have reached your specified API usage limits."),
    502,
    "server_error",
    "upstream_error",
    masked,
  ],
  [
    401,
    body("authentication_error", "invalid x-api-key"),
    502,
    "server_error",
    "upstream_error",
    masked,
  ],
  [402, body("billing_error", "pay"), 502, "server_error", "upstream_error", masked],
  [403, body("permission_error", "no"), 502, "server_error", "upstream_error", masked],
  [
    404,
    body("not_found_error", "model: claude-x"),
    404,
    "invalid_request_error",
    "model_not_found",
    "model: claude-x",
  ],
  [413, body("request_too_large", "big"), 413, "invalid_request_error", "request_too_large", "big"],
  [
    429,
    body("rate_limit_error", "slow down"),
    429,
    "rate_limit_error",
    "rate_limit_exceeded",
    "slow down",
  ],
  [429, body("rate_limit_error", "spent", spent), 502, "server_error", "upstream_error", masked],
  [
    500,
    body("api_error", "oops"),
    502,
    "server_error",
    "upstream_error",
    "The provider failed to answer the request.",
  ],
  [
    504,
    body("timeout_error", "late"),
    504,
    "server_error",
    "upstream_timeout",
    "The provider did not answer in time.",
  ],
  [529, body("overloaded_error", "Overloaded"), 503, "server_error", "overloaded", busy],
  [529, "", 503, "server_error", "overloaded", busy],
])("%d %s", (status, text, ...expected) => {
  expect(view(ERRORS.fromResponse(status, new Headers(), text))).toEqual([...expected, status]);
  // Under a 200 the type stands for the status.
  const payload = text === "" ? null : ERRORS.fromPayload(JSON.parse(text));
  expect(payload === null || view(payload)).toEqual(text === "" || [...expected, status]);
});

test("retry-after is passed on, the account's troubles are not to be retried", () => {
  const headers = new Headers({ "retry-after": "3" });
  const limited = ERRORS.fromResponse(429, headers, body("rate_limit_error", "slow"));
  expect(limited.retryAfterMs).toBe(3_000);
  const empty = ERRORS.fromResponse(429, headers, body("rate_limit_error", "spent", spent));
  expect([empty.retryAfterMs, empty.shouldRetry]).toEqual([undefined, false]);
});

test("what is no error is none", () => {
  expect(ERRORS.fromPayload(message([]))).toBeNull();
  expect(ERRORS.fromPayload({ type: "ping", error: {} })).toBeNull();
  expect(ERRORS.fromPayload({ error: { type: "overloaded_error" } })?.status).toBe(503);
  expect(ERRORS.fromPayload({ type: "error" })?.status).toBe(502);
});
