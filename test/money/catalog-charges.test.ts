// What real models of the catalogue cost, from a provider's report to the account: caches, tiers, aliases, true costs.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { expectQuietBooks, post, recordOf } from "../chat/support.ts";
import { answerOf } from "../providers/gemini/support.ts";
import { completion } from "../support/openai-wire.ts";
import { json, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

type Fields = Record<string, unknown>;

let upstream: RawUpstream;
let server: TestServer;

beforeAll(async () => {
  upstream = await startRawUpstream();
  server = await startTestServer({
    creditsMicro: 1_000_000_000,
    env: {
      ...upstream.env,
      OPENROUTER_API_KEY: "or",
      OPENROUTER_BASE_URL: upstream.url,
      MISTRAL_API_KEY: "mi",
      MISTRAL_BASE_URL: upstream.url,
      GEMINI_API_KEY: "ge",
      GEMINI_BASE_URL: upstream.url,
      AWS_REGION: "us-east-1",
      AWS_BEARER_TOKEN_BEDROCK: "be",
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: upstream.url,
    },
  });
});

afterAll(async () => {
  await expectQuietBooks(server);
  await server.close();
  await upstream.close();
});

const MILLION = 1_000_000;
/** So many bytes that the counts below can be true of them. */
const long = (bytes: number) => "word ".repeat(bytes / 5);
const hourMark = { cache_control: { type: "ephemeral", ttl: "1h" } };
const marked = (bytes: number) => [
  { role: "user", content: [{ type: "text", text: long(bytes), ...hourMark }] },
];
const plain = (bytes = 10_000) => [{ role: "user", content: long(bytes) }];
const usage = (prompt: number, output: number, more: Fields = {}) =>
  completion("Fine.", {
    usage: {
      prompt_tokens: prompt,
      completion_tokens: output,
      total_tokens: prompt + output,
      ...more,
    },
  });

interface Row {
  model: string;
  messages: Fields[];
  answer: object;
  chargedMicro: number;
  providerCostMicro?: number;
}

test.each<[string, Row]>([
  [
    "a million tokens written for an hour at Bedrock",
    {
      model: "us.anthropic.claude-sonnet-4-6",
      messages: marked(MILLION),
      answer: {
        output: { message: { role: "assistant", content: [{ text: "Fine." }] } },
        stopReason: "end_turn",
        usage: {
          inputTokens: 0,
          outputTokens: 0,
          totalTokens: MILLION,
          cacheWriteInputTokens: MILLION,
          cacheDetails: [{ ttl: "1h", inputTokens: MILLION }],
        },
      },
      chargedMicro: 6_600_000,
    },
  ],
  [
    "half a million written for an hour through OpenRouter",
    {
      model: "anthropic/claude-sonnet-4.6",
      messages: marked(MILLION / 2),
      answer: usage(MILLION / 2, 0, {
        prompt_tokens_details: { cache_write_tokens: MILLION / 2 },
      }),
      chargedMicro: 3_000_000,
    },
  ],
  [
    "a true cost above the usage's, at OpenRouter",
    {
      model: "anthropic/claude-sonnet-4.6",
      messages: plain(),
      answer: usage(10, 10, { cost: 0.00216775 }),
      chargedMicro: 2_168,
      providerCostMicro: 2_168,
    },
  ],
  [
    "a prompt above the tier of a large window",
    {
      model: "gpt-6.1-sol",
      messages: plain(600_000),
      answer: usage(600_000, 10),
      // 4.00 and 15.00 a million above 272,000.
      chargedMicro: 2_400_150,
    },
  ],
  [
    "magistral-medium-latest",
    {
      model: "magistral-medium-latest",
      messages: plain(),
      answer: usage(1_000, 1_000),
      chargedMicro: 9_000,
    },
  ],
  [
    "gemini-flash-lite-latest",
    {
      model: "gemini-flash-lite-latest",
      messages: plain(),
      answer: answerOf([{ text: "Fine." }], "STOP", {
        promptTokenCount: 1_000,
        candidatesTokenCount: 1_000,
        totalTokenCount: 2_000,
      }),
      chargedMicro: 2_800,
    },
  ],
])("%s", async (_name, { model, messages, answer, ...wanted }) => {
  upstream.answer(json(answer));
  const response = await post(server, { model, messages, max_tokens: 1_000 });
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
  const record = await recordOf(server, response.headers.get("x-request-id") ?? "");
  expect(record).toMatchObject({ usageSource: "reported", shortfallMicro: 0, ...wanted });
});

test("a prompt that could cost more than there is, by the model's true window, is not sent", async () => {
  const accountId = server.newAccount("small", 700_000);
  const { secret } = server.newKey({ accountId });
  const before = upstream.requests.length;
  const body = { model: "gpt-6.1-sol", messages: plain(600_000), max_tokens: 10 };
  const response = await post(server, body, { headers: { authorization: `Bearer ${secret}` } });
  expect(response.status).toBe(402);
  expect(upstream.requests.length).toBe(before);
});
