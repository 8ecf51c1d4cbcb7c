// A price that changes while a request runs: what was agreed at its start is what it is charged.
import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from "bun:test";
import type { PricePeriod } from "../../src/catalog/types.ts";
import { completion, streamOf, USAGE } from "../support/openai-wire.ts";
import { json, sse, type UpstreamAnswer } from "../support/raw-upstream.ts";
import { waitUntil } from "../support/wait.ts";
import { expectBalanced, type House, lastEnded, MODEL, post, startHouse } from "./support.ts";

const period = (microPerMtok: number, when: Omit<PricePeriod, "price"> = {}): PricePeriod => ({
  price: { input: { microPerMtok }, output: { microPerMtok } },
  ...when,
});
const TOKENS = USAGE.prompt_tokens + USAGE.completion_tokens;

/** From when to when the request runs, and the micro-dollars a token costs before and after. */
const CHANGES: [string, PricePeriod[], string, string, number, number][] = [
  [
    "rises with its first day",
    [period(1_000_000), period(5_000_000, { fromDate: "2031-03-01" })],
    "2031-02-28T23:59:59.900Z",
    "2031-03-01T00:00:10.000Z",
    1,
    5,
  ],
  [
    "falls with the hour",
    [period(4_000_000), period(2_000_000, { dailyUtc: ["16:30", "00:30"] })],
    "2031-03-01T16:29:59.900Z",
    "2031-03-01T16:30:10.000Z",
    4,
    2,
  ],
];

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
const realNow = Date.now;
const clock = spyOn(Date, "now");
const setClock = (time: string) => clock.mockImplementation(() => Date.parse(time));
afterEach(() => {
  clock.mockImplementation(realNow);
  expectBalanced(house);
});
afterAll(async () => {
  clock.mockRestore();
  await house.close();
});

const FORMS: [string, object, (until: Promise<void>) => UpstreamAnswer][] = [
  ["a whole answer", {}, (until) => later(json(completion()), until)],
  ["a stream", { stream: true }, (until) => later(sse(streamOf("one", "two")), until)],
];

function later(answer: UpstreamAnswer, until: Promise<void>): UpstreamAnswer {
  async function* pieces() {
    await until;
    yield* answer.pieces;
  }
  return { ...answer, pieces: pieces() };
}

async function chargedFor(
  body: object,
  during: (until: Promise<void>) => UpstreamAnswer,
  end = "",
) {
  const { promise, resolve } = Promise.withResolvers<void>();
  house.upstream.answer(during(promise));
  const before = house.upstream.requests.length;
  const response = post(house, { ...body });
  await waitUntil(() => house.upstream.requests.length > before, "the call upstream");
  if (end !== "") setClock(end);
  resolve();
  await (await response).text();
  return lastEnded(house);
}

describe.each(CHANGES)("a price that %s", (_name, prices, start, end, before, after) => {
  test.each(FORMS)("is pinned in the hold: %s", async (_form, body, answer) => {
    const [deployment] = house.server.gateway.catalog.candidates(MODEL);
    if (deployment === undefined) throw new Error("the model is not served");
    deployment.prices = prices;
    setClock(start);
    const crossing = await chargedFor(body, answer, end);
    expect(crossing).toMatchObject({ ending: "completed", chargedMicro: TOKENS * before });
    expect(JSON.parse(crossing.priceJson ?? "{}")).toMatchObject({
      price: { input: { microPerMtok: before * 1_000_000 } },
    });
    // The next request is under the new price, and the books hold both.
    expect(await chargedFor(body, answer)).toMatchObject({ chargedMicro: TOKENS * after });
  });
});
