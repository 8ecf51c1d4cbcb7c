// Failures as providers really write them, and every status in every dialect: what the caller gets.
import { describe, expect, test } from "bun:test";
import { ERRORS as ANTHROPIC } from "../../../src/providers/anthropic/errors.ts";
import { ERRORS as BEDROCK } from "../../../src/providers/bedrock/errors.ts";
import { ERRORS as GEMINI } from "../../../src/providers/gemini/errors.ts";
import { COMMON_ERRORS } from "../../../src/providers/shared/errors.ts";

const ACCOUNT = "The provider refused the gateway's credentials or account.";
const RAW = (raw: string, code = 400) => ({
  error: { message: "Provider returned error", code, metadata: { raw, provider_name: "A" } },
  user_id: "user_2abcDEF0123456789",
});

/** The body's status and text; the caller's status, code and param, and words of the message. */
type Row = [string, number, unknown, number, string | null, string | null, string];

const ROWS: Row[] = [
  [
    "OpenAI: a field",
    400,
    {
      error: {
        message: "Invalid type for 'n'.",
        type: "invalid_request_error",
        param: "n",
        code: "invalid_type",
      },
    },
    400,
    "invalid_type",
    "n",
    "Invalid type for 'n'.",
  ],
  [
    "OpenAI: the context",
    400,
    {
      error: {
        message: "This model's maximum context length is 128000 tokens.",
        type: "invalid_request_error",
        param: "messages",
        code: "context_length_exceeded",
      },
    },
    400,
    "context_length_exceeded",
    "messages",
    "maximum context length",
  ],
  [
    "xAI: the context",
    400,
    {
      error: {
        message:
          "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
      },
    },
    400,
    "context_length_exceeded",
    null,
    "This model's",
  ],
  [
    "Moonshot: the context",
    400,
    { error: { message: "Invalid request: Your request exceeded model token limit: 8192" } },
    400,
    "context_length_exceeded",
    null,
    "Invalid requ",
  ],
  [
    "Alibaba: the context",
    400,
    { error: { message: "Range of input length should be [1, 30720]" } },
    400,
    "context_length_exceeded",
    null,
    "Range of inp",
  ],
  [
    "Zhipu: the context",
    400,
    { error: { message: "Prompt exceeds max length" } },
    400,
    "context_length_exceeded",
    null,
    "Prompt excee",
  ],
  [
    "Vertex: the context",
    400,
    {
      error: {
        message:
          "Unable to submit request because the input token count is 1100000 but model only supports up to 1048576.",
      },
    },
    400,
    "context_length_exceeded",
    null,
    "Unable to su",
  ],
  [
    "Together: the context",
    400,
    {
      error: {
        message: "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097.",
      },
    },
    400,
    "context_length_exceeded",
    null,
    "Input valida",
  ],
  [
    "Anthropic: the output is blocked",
    400,
    {
      type: "error",
      error: {
        type: "invalid_request_error",
        message: "Output blocked by content filtering policy",
      },
    },
    400,
    "content_filter",
    null,
    "Output blocked",
  ],
  [
    "Azure: the prompt is filtered",
    400,
    {
      error: {
        message:
          "The response was filtered due to the prompt triggering the content management policy.",
        type: null,
        param: "prompt",
        code: "content_filter",
        status: 400,
        innererror: { code: "ResponsibleAIPolicyViolation" },
      },
    },
    400,
    "content_filter",
    "prompt",
    "filtered",
  ],
  [
    "xAI: the content, under 403",
    403,
    {
      code: "The caller does not have permission to execute the specified operation",
      error: "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO",
    },
    400,
    "content_filter",
    null,
    "Content violates usage guidelines.",
  ],
  [
    "xAI: the content, under 400",
    400,
    { code: "Client specified an invalid argument", error: "Content violates usage guidelines." },
    400,
    "content_filter",
    null,
    "Content violates usage guidelines.",
  ],
  [
    "xAI: no rights",
    403,
    {
      code: "The caller does not have permission to execute the specified operation",
      error: "Your newly created team doesn't have any credits yet.",
    },
    502,
    "upstream_error",
    null,
    ACCOUNT,
  ],
  [
    "xAI: a spent month under 429",
    429,
    {
      code: "Some resource has been exhausted",
      error: "Your team has either used all available credits.",
    },
    502,
    "upstream_error",
    null,
    ACCOUNT,
  ],
  [
    "OpenRouter: moderation",
    403,
    {
      error: {
        code: 403,
        message: "openai/gpt-4o requires moderation on Azure. Your input was flagged.",
        metadata: { reasons: ["violence"], flagged_input: "…", provider_name: "Azure" },
      },
    },
    400,
    "content_filter",
    null,
    "Your input was flagged.",
  ],
  [
    "OpenRouter: the key",
    403,
    { error: { code: 403, message: "Key limit exceeded" } },
    502,
    "upstream_error",
    null,
    ACCOUNT,
  ],
  [
    "OpenRouter: the host's own words",
    400,
    RAW('{"error":{"message":"tools.0.name: too long","type":"invalid_request_error"}}'),
    400,
    null,
    null,
    "tools.0.name: too long",
  ],
  [
    "OpenRouter: the host's context",
    400,
    RAW(
      '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}',
    ),
    400,
    "context_length_exceeded",
    null,
    "prompt is too long",
  ],
  [
    "OpenRouter: the host's plain words",
    429,
    RAW("slow down, please", 429),
    429,
    "rate_limit_exceeded",
    null,
    "slow down, please",
  ],
  [
    "OpenRouter: the host's page",
    502,
    RAW("<html>bad gateway</html>", 502),
    502,
    "upstream_error",
    null,
    "The provider failed",
  ],
  [
    "Mistral: the context",
    400,
    {
      object: "error",
      message:
        "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
      type: "invalid_request_prompt",
      param: null,
      code: "3051",
    },
    400,
    "context_length_exceeded",
    null,
    "40000 tokens",
  ],
  [
    "Mistral: a field, under 422",
    422,
    {
      object: "error",
      message: {
        detail: [
          {
            type: "extra_forbidden",
            loc: ["body", "messages", 2, "assistant", "name"],
            msg: "Extra inputs are not permitted",
            input: "a",
          },
        ],
      },
      type: "invalid_request_error",
      param: null,
      code: null,
    },
    400,
    null,
    "messages[2].assistant.name",
    "Extra inputs are not permitted",
  ],
  [
    "Groq: too many tokens a minute in one request",
    413,
    {
      error: {
        message:
          "Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 7012",
        type: "tokens",
        code: "rate_limit_exceeded",
      },
    },
    413,
    "request_too_large",
    null,
    "Limit 6000",
  ],
  [
    "Groq: a call that cannot be read",
    400,
    {
      error: {
        message: "Failed to call a function.",
        type: "invalid_request_error",
        code: "tool_use_failed",
        failed_generation: "<f>",
      },
    },
    400,
    "tool_use_failed",
    null,
    "Failed to call a function.",
  ],
  [
    "Cerebras: the context",
    400,
    {
      message: "Please reduce the length of the messages or completion.",
      type: "invalid_request_error",
      param: "messages",
      code: "context_length_exceeded",
    },
    400,
    "context_length_exceeded",
    "messages",
    "reduce the length",
  ],
  [
    "Cerebras: a field",
    400,
    {
      message:
        "messages.2.assistant.reasoning_content: property 'reasoning_content' is unsupported",
      type: "invalid_request_error",
      param: "validation_error",
      code: "wrong_api_format",
    },
    400,
    "wrong_api_format",
    "validation_error",
    "reasoning_content",
  ],
  [
    "DeepSeek: the balance",
    402,
    {
      error: {
        message: "Insufficient Balance",
        type: "unknown_error",
        param: null,
        code: "invalid_request_error",
      },
    },
    502,
    "upstream_error",
    null,
    ACCOUNT,
  ],
  [
    "Moonshot: the balance, under 429",
    429,
    {
      error: {
        message: "Your account is suspended, please check your plan",
        type: "exceeded_current_quota_error",
      },
    },
    502,
    "upstream_error",
    null,
    ACCOUNT,
  ],
  [
    "a balance in words, under 429",
    429,
    { error: { code: "1113", message: "Insufficient balance or no resource package." } },
    502,
    "upstream_error",
    null,
    ACCOUNT,
  ],
  [
    "vLLM: a field",
    400,
    {
      object: "error",
      message: "[{'type': 'missing', 'loc': ('body', 'messages'), 'msg': 'Field required'}]",
      type: "BadRequestError",
      param: null,
      code: 400,
    },
    400,
    null,
    null,
    "Field required",
  ],
  [
    "vLLM: the context",
    400,
    {
      error: {
        message: "This model's maximum context length is 4096 tokens. However, you requested 5000.",
        type: "BadRequestError",
        param: null,
        code: 400,
      },
    },
    400,
    "context_length_exceeded",
    null,
    "4096",
  ],
  [
    "vLLM: no such model",
    404,
    {
      object: "error",
      message: "The model `x` does not exist.",
      type: "NotFoundError",
      param: null,
      code: 404,
    },
    404,
    "model_not_found",
    "model",
    "does not exist",
  ],
  [
    "llama-cpp-python: a field, under 500",
    500,
    {
      error: {
        message:
          "[{'type': 'string_type', 'loc': ('body', 'messages', 0, 'user', 'content'), 'msg': 'Input should be a valid string'}]",
        type: "internal_server_error",
        param: null,
        code: null,
      },
    },
    400,
    null,
    null,
    "Input should be a valid string",
  ],
  [
    "llama-cpp-python: two fields, under 500",
    500,
    {
      error: {
        message: "2 validation errors for CreateChatCompletionRequest",
        type: "internal_server_error",
        param: null,
        code: null,
      },
    },
    400,
    null,
    null,
    "2 validation errors",
  ],
  [
    "llama.cpp: the template, under 500",
    500,
    {
      error: {
        code: 500,
        message: "Conversation roles must alternate user/assistant/user/assistant",
        type: "server_error",
      },
    },
    400,
    null,
    null,
    "must alternate",
  ],
  [
    "llama.cpp: the context, under 500",
    500,
    {
      error: {
        code: 500,
        message: "the request exceeds the available context size",
        type: "server_error",
      },
    },
    400,
    "context_length_exceeded",
    null,
    "context size",
  ],
  [
    "a server's own fault",
    500,
    { error: { message: "CUDA out of memory", type: "internal_server_error" } },
    502,
    "upstream_error",
    null,
    "The provider failed",
  ],
  ["Ollama", 400, { error: "invalid temperature" }, 400, null, null, "invalid temperature"],
  [
    "Ollama: no such model",
    404,
    { error: { message: 'model "x" not found', type: "api_error", param: null, code: null } },
    404,
    "model_not_found",
    "model",
    "not found",
  ],
  [
    "a proxy's page",
    503,
    "<html><h1>503</h1></html>",
    503,
    "overloaded",
    null,
    "cannot take the request now",
  ],
  ["FastAPI", 400, { detail: "bad" }, 400, null, null, "bad"],
  ["no body", 400, "", 400, null, null, "refused the request as invalid"],
];

test.each(ROWS)("%s", (_name, status, body, given, code, param, words) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const error = COMMON_ERRORS.fromResponse(status, new Headers(), text);
  expect([error.status, error.code, error.param]).toEqual([given, code, param]);
  expect(error.message).toContain(words);
  expect(error.upstreamStatus).toBe(status);
});

const DIALECTS = {
  "openai, on either API": COMMON_ERRORS,
  anthropic: ANTHROPIC,
  bedrock: BEDROCK,
  gemini: GEMINI,
};

const STATUSES: [number, number, string | null][] = [
  [400, 400, null],
  [401, 502, "upstream_error"],
  [402, 502, "upstream_error"],
  [403, 502, "upstream_error"],
  [404, 404, "model_not_found"],
  [405, 502, "upstream_error"],
  [408, 503, "overloaded"],
  [409, 503, "overloaded"],
  [413, 413, "request_too_large"],
  [422, 400, null],
  [425, 503, "overloaded"],
  [429, 429, "rate_limit_exceeded"],
  [500, 502, "upstream_error"],
  [502, 502, "upstream_error"],
  [503, 503, "overloaded"],
  [504, 504, "upstream_timeout"],
  [520, 502, "upstream_error"],
  [524, 504, "upstream_timeout"],
  [529, 503, "overloaded"],
];

describe.each(Object.entries(DIALECTS))("every status: %s", (_name, errors) => {
  test.each(STATUSES)("%d is %d", (status, given, code) => {
    for (const body of [
      "",
      "<html></html>",
      "not JSON",
      '{"error":{"message":"words"}}',
      '{"message":"words"}',
    ]) {
      const error = errors.fromResponse(status, new Headers(), body);
      expect([error.status, error.code, error.upstreamStatus]).toEqual([given, code, status]);
    }
  });

  test("the field that a validator names is the caller's param", () => {
    const body = '{"error":{"message":"bad","param":"messages[0].content"}}';
    expect(errors.fromResponse(422, new Headers(), body).param).toBe("messages[0].content");
  });
});
