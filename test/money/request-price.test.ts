// A price for each request, beside its tokens: held before it is sent, and charged once for what was answered.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { completion, streamOf, USAGE } from "../support/openai-wire.ts";
import { json, sse } from "../support/raw-upstream.ts";
import {
  expectBalanced,
  type House,
  lastEnded,
  MODEL,
  OUTPUT_MAX,
  post,
  startHouse,
} from "./support.ts";

const EACH_MICRO = 12_345;
const price = { inputPerMtok: "1", outputPerMtok: "1", perRequest: "0.012345" };
const TOKENS = USAGE.prompt_tokens + USAGE.completion_tokens;

let house: House;
beforeAll(async () => {
  const models = { [MODEL]: { price, contextWindow: 100_000, maxOutputTokens: OUTPUT_MAX } };
  house = await startHouse({}, { models });
});
afterAll(() => house.close());

test.each([
  ["whole", false, json(completion())],
  ["streamed", true, sse(streamOf("one", "two"))],
])("an answer that comes %s costs its tokens and the request", async (_how, stream, answer) => {
  house.upstream.answer(answer);
  await (await post(house, { stream, max_tokens: 20 })).text();
  const record = await lastEnded(house);
  expect(record).toMatchObject({ ending: "completed", chargedMicro: TOKENS + EACH_MICRO });
  expect(record.heldMicro).toBeGreaterThanOrEqual(EACH_MICRO + 20);
  expectBalanced(house);
});

test("a request that the provider refuses costs nothing", async () => {
  house.upstream.answer(json({ error: { message: "no" } }, 400));
  await (await post(house)).text();
  expect(await lastEnded(house)).toMatchObject({ chargedMicro: 0 });
  expectBalanced(house);
});
