// What Gemini bills although it looks like a failure, and what it bills otherwise than it looks.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectQuietBooks, post } from "../chat/support.ts";
import { answerOf, sse } from "../providers/gemini/support.ts";
import { json } from "../support/raw-upstream.ts";
import { type Bench, expectRecord, openBench, STREAMING, streamed } from "./bench.ts";
import type { Fields } from "./driver.ts";
import { gemini } from "./drivers/gemini.ts";
import { clientRequest } from "./requests.ts";

let bench: Bench;

beforeAll(async () => {
  bench = await openBench(gemini);
});

afterAll(async () => {
  await expectQuietBooks(bench.server);
  await bench.close();
});

/** Asks whole and streamed; both are to be charged alike. */
async function askBoth(body: Fields): Promise<{ statuses: number[]; responses: Response[] }> {
  // As long as the counts below can be true of.
  const messages = [{ role: "user", content: "What is it? ".repeat(300) }];
  const request = { ...clientRequest(gemini, "text"), messages };
  bench.upstream.answer(json(body));
  const whole = await post(bench.server, request);
  await whole.text();
  bench.upstream.answer(streamed(gemini, [sse([body])]));
  const stream = await post(bench.server, { ...request, ...STREAMING });
  await stream.text();
  return { statuses: [whole.status, stream.status], responses: [whole, stream] };
}

const billed = { promptTokenCount: 1_000, candidatesTokenCount: 100, totalTokenCount: 1_100 };
/** 1,000 tokens at 0.30 USD per million, 100 at 2.50. */
const BILLED_MICRO = 550;

const MISSING_SIGNATURE = "MISSING_THOUGHT_SIGNATURE";

describe("answers with usage are charged", () => {
  test.each<[string, Fields]>([
    ["a call of a tool that was not given", answerOf([], "UNEXPECTED_TOOL_CALL", billed)],
    ["a malformed call after words", answerOf([{ text: "a" }], "MALFORMED_FUNCTION_CALL", billed)],
    ["a malformed call that is counted", answerOf([], "MALFORMED_FUNCTION_CALL", billed)],
    ["a missing signature after words", answerOf([{ text: "a" }], MISSING_SIGNATURE, billed)],
    ["a missing signature of what is counted", answerOf([], MISSING_SIGNATURE, billed)],
    ["an answer that Model Armor stopped", answerOf([], "MODEL_ARMOR", billed)],
    [
      "a prompt that Model Armor stopped",
      { promptFeedback: { blockReason: "MODEL_ARMOR" }, usageMetadata: billed },
    ],
  ])("%s", async (_name, body) => {
    const { statuses, responses } = await askBoth(body);
    expect(statuses).toEqual([200, 200]);
    for (const response of responses) {
      await expectRecord(bench, response, {
        ending: "completed",
        usageSource: "reported",
        chargedMicro: BILLED_MICRO,
      });
    }
  });
});

test.each(["MALFORMED_FUNCTION_CALL", MISSING_SIGNATURE])(
  "%s with nothing written is a failure that costs nothing",
  async (word) => {
    const usage = { promptTokenCount: 1_000, totalTokenCount: 1_000 };
    const { statuses, responses } = await askBoth(answerOf([], word, usage));
    expect(statuses).toEqual([502, 502]);
    for (const response of responses) await expectRecord(bench, response, { chargedMicro: 0 });
  },
);

test("sound from the cache is charged at its own rate", async () => {
  const usage = {
    promptTokenCount: 2_000,
    cachedContentTokenCount: 1_000,
    candidatesTokenCount: 100,
    totalTokenCount: 2_100,
    promptTokensDetails: [
      { modality: "TEXT", tokenCount: 1_666 },
      { modality: "AUDIO", tokenCount: 334 },
    ],
    cacheTokensDetails: [
      { modality: "TEXT", tokenCount: 702 },
      { modality: "AUDIO", tokenCount: 298 },
    ],
  };
  const { responses } = await askBoth(answerOf([{ text: "A bell." }], "STOP", usage));
  // Cached: 702 of text at 0.03, 298 of sound at 0.10. Fresh: 964 of text at 0.30, 36 of sound at 1.00. 100 written at 2.50.
  for (const response of responses) {
    await expectRecord(bench, response, { chargedMicro: 627 });
  }
});
