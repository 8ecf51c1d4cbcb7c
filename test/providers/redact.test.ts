// What is taken out of providers' messages, what stays, and that it takes no longer than the message is long.
import { describe, expect, test } from "bun:test";
import { redact, redactAll } from "../../src/providers/shared/redact.ts";

describe("is taken out", () => {
  test.each([
    // Keys.
    ["key sk-proj-AbCdEf123456 given", "key [redacted] given"],
    ["sk-ab***********wxyz", "[redacted]"],
    [
      "Incorrect API key provided: sk-ant-a***************wAA.",
      "Incorrect API key provided: [redacted].",
    ],
    ["gsk_1234567890abcdef", "[redacted]"],
    ["xai-1234567890abcdef", "[redacted]"],
    ["hf_AbCdEfGh1234567890", "[redacted]"],
    ["nvapi-AbCdEfGh", "[redacted]"],
    ["API key not valid: AIzaSyA1234567890abcdefghijk.", "API key not valid: [redacted]."],
    ["ya29.a0AfH6SMBx-abcdef is expired", "[redacted] is expired"],
    ["token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln is bad", "token [redacted] is bad"],
    ["header Bearer abc.def-ghi was", "header [redacted] was"],
    ["Authorization: Basic dXNlcjpwYXNz=", "Authorization: [redacted]"],
    ["the access key AKIAIOSFODNN7EXAMPLE", "the access key [redacted]"],
    ["session ASIAIOSFODNN7EXAMPLE expired", "session [redacted] expired"],
    ["with api_key=hunter2&x=1", "with api_key=[redacted]&x=1"],
    ["postgres login password=hunter2 failed", "postgres login password=[redacted] failed"],
    ["secret 0123456789abcdef0123456789abcdef here", "secret [redacted] here"],
    // Addresses.
    ["see https://platform.example.com/docs/x?k=v for more", "see [url] for more"],
    ["wss://gpu-3.internal:9000/v1, then", "[url] then"],
    ["redis://user:pass@cache:6379/0", "[url]"],
    ["dial api.internal.example.com:8443 failed", "dial [host] failed"],
    ["vllm-7b.ml.svc.cluster.local is not ready.", "[host] is not ready."],
    ["upstream ip-10-0-3-17.ec2.internal: reset", "upstream [host]: reset"],
    ["db01.corp refused", "[host] refused"],
    ["gpu-node-03:8000 refused", "[host] refused"],
    ["inference.rack7:8080 refused", "[host] refused"],
    ["getaddrinfo ENOTFOUND vllm-primary", "getaddrinfo ENOTFOUND [host]"],
    ["dial tcp: lookup redis: no such host", "dial tcp: lookup [host]: no such host"],
    ["lookup vllm-primary on 10.0.0.2:53: no such host", "lookup [host] on [host]: no such host"],
    ["connect 10.1.2.3:8000 refused", "connect [host] refused"],
    ["connect localhost:8000 refused", "connect [host] refused"],
    ["connect ECONNREFUSED ::1:8000", "connect ECONNREFUSED [host]"],
    ["from 2001:db8::8a2e:370:7334 to", "from [host] to"],
    ["dial tcp [fd00:1::17]:8443: refused", "dial tcp [host]: refused"],
    ["fe80::1ff:fe23:4567:890a%eth0 is down", "[host] is down"],
    // Organizations, projects, accounts.
    ["in organization org-AbC123def456 on", "in organization [id] on"],
    ["in organization org-AbCdEfGhIjKlMnOp on", "in organization [id] on"],
    ["Project `proj_AbCdEfGhIjKlMnOpQrStUvWx` has", "Project `[id]` has"],
    ["project proj_abc123DEF456 is archived", "project [id] is archived"],
    ["workspace wrkspc_01AbCdEf is over its limit", "workspace [id] is over its limit"],
    ["request req_011CQAbCd failed", "request [id] failed"],
    ["user-AbCdEfGhIjKlMnOp may not", "[id] may not"],
    ["team 6f1e2d3c-1111-4222-8333-0123456789ab has", "team [id] has"],
    [
      "User: arn:aws:iam::123456789012:user/bot is not authorized on resource: arn:aws:bedrock:us-east-1::foundation-model/x.y",
      "User: [id] is not authorized on resource: [id]",
    ],
    ["bad arn:aws-us-gov:bedrock:x:123456789012:y in", "bad [id] in"],
    ["Account 123456789012 has no access.", "Account [id] has no access."],
    ["(1234-5678-9012)", "([id])"],
    ["Permission denied on projects/my-project-1/locations/us", "Permission denied on [id]"],
    ["not been used in project 314159265358 before", "not been used in project [id] before"],
    ["Consumer project:my-prod-42 is suspended", "Consumer project [id] is suspended"],
    ["for bot@my-prod.iam.gserviceaccount.com: denied", "for [id]: denied"],
    ["two\nlines\u0000", "two lines "],
  ])("%j", (given, expected) => {
    expect(redact(given)).toBe(expected);
  });
});

describe("stays", () => {
  test.each([
    // Fields.
    "Unsupported value: 'temperature' does not support 0.2 with this model.",
    "messages.0.content.1.image_url: field required",
    "Invalid type for 'messages[0].content': expected a string, but got an integer instead.",
    "Invalid 'messages[12].tool_calls[0].id': string too long. Expected at most 40, but got 53.",
    "Unknown parameter: 'key_features'. maximum context length is 128000 tokens",
    "Invalid value at 'generation_config.response_schema' (type.googleapis), $.tools[0].function",
    "max_tokens:4096 > 2048, which is the maximum",
    "tools.0.custom.input_schema: JSON schema is invalid at /properties/user_location/anyOf/0",
    "No tool output found for function call call_AbCdEf0123456789.",
    "`tool_use` ids were found without `tool_result` blocks: toolu_01A09q90qw90lq917835lq9",
    "user_location and user_message_content are not supported",
    "Basic authentication is not supported; a bearer authorization header is",
    // Models.
    "The model `meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8` does not exist",
    "claude-sonnet-4-5-20250929 is not supported in response_format.json_schema",
    "us.anthropic.claude-sonnet-4-20250514-v1:0 does not take images",
    "accounts/fireworks/models/deepseek-v3p1 was not found",
    "ft:gpt-4o-mini-2024-07-18:acme::AbC123 was not found",
    "model llama3.2:70b-instruct-q4_K_M not found, try pulling it first",
    "gemini-2.5-flash-preview-05-20 and gpt-oss-120b and qwen3-235b-a22b-instruct-2507",
    // Numbers, times and versions.
    "Input length 200001 exceeds 200000 tokens. Please try again in 20s at 10:30:45.",
    "0.123456789012 is not a multiple of 0.1; the seed must be at most 9223372036854775807",
    "std::vector of chars, a::b, and ratio 16:9",
    "Python 3.12.1, api-version 2024-10-21",
    "This endpoint's maximum context length is 163840 tokens. However, you requested about 200010.",
    "Host unreachable. The server had an error while processing your request. Sorry about that!",
  ])("%s", (text) => {
    expect(redact(text)).toBe(text);
  });
});

test("a long message is cut, and no name with it", () => {
  expect(redact("word ".repeat(10_000)).length).toBeLessThan(2_100);
  // Words that shrink, and at the end of what is read half a host's name.
  const long = `${"sk-0123456789abcdef ".repeat(399)}${" ".repeat(13)}db.secret.corp`;
  expect(redact(long)).not.toContain("secret");
});

describe("a hostile message takes time as it has length", () => {
  const SHORT = 8_000;
  const TIMES = 10;
  /** Ten times the length takes ten times as long, and a hundred times where a pattern looks for its end again and again. */
  const MAX_RATIO = 40;
  /** Below, the clock tells nothing. */
  const MIN_MS = 4;
  /** On a busy machine the short text may have its core and the long one wait for it: the best of some tries counts. */
  const TRIES = 10;

  test.each(
    [
      ..."a|a-|a.|1.|a1_|sk-|key-|key_a|token-a|api-a.|org-|proj_a|user_|req-A|project |project:a".split(
        "|",
      ),
      ..."projects/|a@|@|a.a@|%a|bearer |basic a |bearer\t|:|::|1:|a:|[|[::|f:f|1.1.1.|localhost|host a".split(
        "|",
      ),
      ..."lookup a.|lookup |arn:aws|arn:aws:|AKIA|eyJ|eyJa.|AIza|ya29.|http://|a://|a+|password=|token=".split(
        "|",
      ),
      ..."*|.|-|_|0|0-|0000-|00000000-|a:80|a-:8000|....a|\u0000|\u0000a|é|'a'|A|aA0|com.|.com|a.com|a-b.c-".split(
        "|",
      ),
    ].map((unit) => [unit]),
  )("%j over and over", (unit) => {
    const of = (length: number) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    const short = of(SHORT);
    const long = of(SHORT * TIMES);
    const ratios = Array.from({ length: TRIES }, () => ratioOf(short, long));
    expect(Math.min(...ratios)).toBeLessThan(MAX_RATIO);
  });

  function ratioOf(short: string, long: string): number {
    const longMs = timeOf(long);
    return longMs < MIN_MS ? 1 : longMs / timeOf(short);
  }

  function timeOf(text: string): number {
    const startedMs = performance.now();
    redactAll(text);
    return performance.now() - startedMs;
  }
});
