// An estimate is a guess of ours: however much text came, it never costs more than the hold.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chunk, completion, DONE } from "../support/openai-wire.ts";
import { json, sse } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { cutAfter, type House, lastEnded, leaveAfter, post, startHouse } from "./support.ts";

const LIMIT = { max_tokens: 5 };
/** Far more than 5 tokens, and than a token for each byte of the request. */
const TOO_MUCH = "word ".repeat(2_000);
const WORDS = event(chunk({ role: "assistant", content: TOO_MUCH }));
const END = [event(chunk({}, "stop")), DONE];

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.close());

async function readAll(body: object): Promise<void> {
  const response = await post(house, { ...LIMIT, ...body });
  expect(response.status).toBe(200);
  await response.text();
}

const ROWS: [string, string, () => Promise<void>][] = [
  [
    "a whole answer",
    "completed",
    async () => {
      house.upstream.answer(json(completion(TOO_MUCH, { usage: undefined })));
      await readAll({});
    },
  ],
  [
    "a stream",
    "completed",
    async () => {
      house.upstream.answer(sse([WORDS, ...END]));
      await readAll({ stream: true });
    },
  ],
  ["a stream that is cut", "upstream_interrupted", () => cutAfter(house, WORDS, TOO_MUCH, LIMIT)],
  ["a stream whose client leaves", "client_left", () => leaveAfter(house, WORDS, TOO_MUCH, LIMIT)],
];

test.each(ROWS)(
  "%s beyond its limit, without usage, costs its hold",
  async (_name, ending, run) => {
    await run();
    const ended = await lastEnded(house);
    expect(ended).toMatchObject({ ending, usageSource: "estimated" });
    expect(ended.heldMicro).toBeGreaterThan(0);
    expect(ended.tokens?.completionTokens).toBeGreaterThan(ended.heldMicro);
    expect(ended.chargedMicro).toBe(ended.heldMicro);
  },
);
