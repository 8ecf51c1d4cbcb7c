// Bedrock's failures as the errors that a caller gets.
import { describe, expect, test } from "bun:test";
import { ERRORS, errorFromException } from "../../../src/providers/bedrock/errors.ts";

const MASKED = "The provider refused the gateway's credentials or account.";

// status, x-amzn-errortype, message; then status, code and message of the answer.
const cases: [number, string, string, number, string | null, string][] = [
  [400, "ValidationException", "bad field", 400, null, "bad field"],
  [
    400,
    "ValidationException:http://internal.amazon.com/coral/",
    "Input is too long for requested model.",
    400,
    "context_length_exceeded",
    "Input is too long for requested model.",
  ],
  [
    400,
    "ValidationException",
    "The provided model identifier is invalid.",
    404,
    "model_not_found",
    "The provided model identifier is invalid.",
  ],
  [400, "ValidationException", "Operation not allowed", 502, "upstream_error", MASKED],
  [
    400,
    "ValidationException",
    "The maximum tokens you requested exceeds the model limit",
    400,
    null,
    "The maximum tokens you requested exceeds the model limit",
  ],
  [404, "ResourceNotFoundException", "no such model", 404, "model_not_found", "no such model"],
  [
    404,
    "ResourceNotFoundException",
    "Model use case details have not been submitted for this account.",
    502,
    "upstream_error",
    MASKED,
  ],
  [429, "ThrottlingException", "Too many tokens", 429, "rate_limit_exceeded", "Too many tokens"],
  [400, "ServiceQuotaExceededException", "quota", 429, "rate_limit_exceeded", "quota"],
  [
    429,
    "ModelNotReadyException",
    "warming",
    503,
    "overloaded",
    "The provider cannot take the request now. Try again later.",
  ],
  [
    408,
    "ModelTimeoutException",
    "x",
    504,
    "upstream_timeout",
    "The provider did not answer in time.",
  ],
  [
    424,
    "ModelErrorException",
    "x",
    502,
    "upstream_error",
    "The provider failed to answer the request.",
  ],
  [
    500,
    "InternalServerException",
    "x",
    502,
    "upstream_error",
    "The provider failed to answer the request.",
  ],
  [
    503,
    "ServiceUnavailableException",
    "x",
    503,
    "overloaded",
    "The provider cannot take the request now. Try again later.",
  ],
  [
    403,
    "AccessDeniedException",
    "User: arn:aws:iam::123456789012:user/x",
    502,
    "upstream_error",
    MASKED,
  ],
  [403, "ExpiredTokenException", "The security token is expired", 502, "upstream_error", MASKED],
  [400, "UnrecognizedClientException", "x", 502, "upstream_error", MASKED],
  [403, "", "", 502, "upstream_error", MASKED],
  [413, "", "", 413, "request_too_large", "The request is too large for the provider."],
  [
    429,
    "",
    "",
    429,
    "rate_limit_exceeded",
    "The provider limits the rate of requests. Try again later.",
  ],
];

test.each(cases)("HTTP %d %s %s", (status, type, message, expected, code, text) => {
  const headers = new Headers(type === "" ? {} : { "x-amzn-errortype": type });
  const error = ERRORS.fromResponse(status, headers, JSON.stringify({ message }));
  expect([error.status, error.code, error.message]).toEqual([expected, code, text]);
  expect(error.upstreamStatus).toBe(status);
  expect(error.shouldRetry).toBe(text === MASKED ? false : undefined);
});

describe("the type is read", () => {
  test("from the body where the header is missing", () => {
    const body = JSON.stringify({
      __type: "com.amazon.coral#ThrottlingException",
      Message: "slow",
    });
    const error = ERRORS.fromResponse(400, new Headers({ "retry-after": "7" }), body);
    expect([error.status, error.message, error.retryAfterMs]).toEqual([429, "slow", 7_000]);
  });

  test.each(["", "<html>", "null", "[]"])("and a body of %p does no harm", (body) => {
    expect(ERRORS.fromResponse(500, new Headers(), body).status).toBe(502);
  });
});

test.each([
  ["throttlingException", 429],
  ["validationException", 400],
  ["modelStreamErrorException", 502],
  ["internalServerException", 502],
  ["serviceUnavailableException", 503],
  ["somethingNewException", 502],
])("in a stream, %s", (type, status) => {
  expect(errorFromException(type, { message: "said" }).status).toBe(status);
});

test("accounts, ARNs and keys are taken out of what is passed on", () => {
  const message =
    "bad arn:aws:bedrock:us-east-1:123456789012:inference-profile/x " +
    "in 123456789012 AKIAIOSFODNN7EXAMPLE";
  const error = errorFromException("validationException", { message });
  expect(error.message).toBe("bad [id] in [id] [redacted]");
});
