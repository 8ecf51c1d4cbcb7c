// Two deployments of one model, over HTTP: one hold for both, one settlement, at the price of the one that answered.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Deployment } from "../../src/catalog/types.ts";
import { configSchema } from "../../src/config/schema.ts";
import { connectProviders } from "../../src/providers/registry.ts";
import { completion, DONE, streamOf, usageChunk } from "../support/openai-wire.ts";
import { json, type RawUpstream, sse, startRawUpstream } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { type CallHouse, openCallHouse } from "./call-house.ts";

const IDS = ["first", "second"] as const;
type Id = (typeof IDS)[number];
/** Micro-dollars for a token. */
const RATES: Record<Id, number> = { first: 1, second: 3 };

let upstreams: Record<Id, RawUpstream>;
let house: CallHouse;
beforeEach(async () => {
  upstreams = { first: await startRawUpstream(), second: await startRawUpstream() };
});
afterEach(async () => {
  house.remove();
  await Promise.all(IDS.map((id) => upstreams[id].close()));
});

const BUSY = json({ error: { message: "busy" } }, 503);

function open(first: Parameters<RawUpstream["answer"]>[0], second = first, retries = 0): void {
  upstreams.first.answer(first);
  upstreams.second.answer(second);
  const config = configSchema.parse({
    providers: Object.fromEntries(
      IDS.map((id) => {
        const baseUrl = `${upstreams[id].url}/v1`;
        return [id, { dialect: "openai", baseUrl, retries: { max: retries } }];
      }),
    ),
  });
  house = openCallHouse({ adapter: {} });
  const [only] = house.deps.catalog.candidates("m");
  const deployment = (id: Id): Deployment => {
    const rate = { microPerMtok: RATES[id] * 1_000_000 };
    const prices = [{ price: { input: rate, output: rate } }];
    return { ...(only as Deployment), providerId: id, upstreamModel: `m-${id}`, prices };
  };
  Object.assign(house.deps, {
    config,
    providers: connectProviders(config, {}),
    catalog: { ...house.deps.catalog, candidates: () => IDS.map(deployment) },
  });
}

const requestsOf = () => IDS.map((id) => upstreams[id].requests.length);
const LIMITED = { max_tokens: 50 };

describe("a first deployment that is busy", () => {
  test("is followed by the second, which is charged at its own price", async () => {
    open(BUSY, json(completion()));
    const answer = await house.ask(LIMITED);
    if (answer.kind !== "completion") throw new Error("not whole");
    expect(JSON.parse(answer.json)).toMatchObject({ model: "m", usage: { total_tokens: 21 } });
    expect(requestsOf()).toEqual([1, 1]);
    expect(upstreams.second.lastBody()).toMatchObject({ model: "m-second", max_tokens: 50 });
    const record = await house.ended();
    expect(record).toMatchObject({
      providerId: "second",
      upstreamModel: "m-second",
      ending: "completed",
      attempts: 2,
      usageSource: "reported",
      chargedMicro: 21 * RATES.second,
    });
    // The dearest: 200 bytes and what providers hide, and the output's limit.
    expect(record.heldMicro).toBe((200 + 50) * RATES.second);
  });

  test("is followed by the second in a stream too", async () => {
    open(BUSY, sse([...streamOf("Hel", "lo"), event(usageChunk()), DONE]));
    const answer = await house.ask({ ...LIMITED, stream: true });
    if (answer.kind !== "stream") throw new Error("not a stream");
    const types: string[] = [];
    for await (const { type } of answer.events) types.push(type);
    expect([new Set(types.slice(0, -1)), types.at(-1)]).toEqual([new Set(["chunks"]), "end"]);
    expect(await house.ended()).toMatchObject({
      providerId: "second",
      attempts: 2,
      chargedMicro: 21 * RATES.second,
    });
  });

  test("and a second that is busy too, which is asked again: nothing is charged", async () => {
    open(BUSY, BUSY, 1);
    await expect(house.ask(LIMITED)).rejects.toMatchObject({ upstreamStatus: 503 });
    expect(requestsOf()).toEqual([1, 2]);
    expect(await house.ended()).toMatchObject({
      providerId: "second",
      ending: "upstream_failed",
      attempts: 3,
      chargedMicro: 0,
    });
  });
});

test("a first deployment that answers is the only one that is asked, and its price counts", async () => {
  open(json(completion()));
  await house.ask(LIMITED);
  expect(requestsOf()).toEqual([1, 0]);
  const record = await house.ended();
  expect(record).toMatchObject({ providerId: "first", attempts: 1, chargedMicro: 21 });
  expect(record.heldMicro).toBe((200 + 50) * RATES.second);
});

test.each([
  ["a request that the provider finds wrong", json({ error: { message: "no" } }, 400)],
  ["a connection that breaks", { pieces: [], ending: "reset" as const }],
])("%s is not sent to another", async (_what, answer) => {
  open(answer, json(completion()));
  await expect(house.ask(LIMITED)).rejects.toMatchObject({ name: "ApiError" });
  expect(requestsOf()).toEqual([1, 0]);
  expect(await house.ended()).toMatchObject({ providerId: "first", chargedMicro: 0 });
});
