// An operation that is no chat, with real money: embeddings as they could be, priced by token and by request.
import { afterEach, expect, test } from "bun:test";
import { ApiError } from "../../src/base/errors.ts";
import { MeteredCall } from "../../src/calls/call.ts";
import type { Operation } from "../../src/calls/operation.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import { boundRates } from "../../src/pricing/bound.ts";
import { type CallHouse, openCallHouse } from "./call-house.ts";

interface EmbeddingsRequest {
  model: string;
  input: string[];
}

interface Embeddings {
  vectors: number[][];
  promptTokens: number;
}

/** What one answer amounts to: its only figure. */
interface EmbeddingsMeter {
  promptTokens: number | null;
}

const PRICE = {
  input: { microPerMtok: 2_000_000 },
  output: { microPerMtok: 0 },
  units: { requests: 5_000_000 },
};

let house: CallHouse;
afterEach(() => house.remove());

/** An operation whose provider answers so. */
const embeddings = (
  answer: (input: string[], signal: AbortSignal) => Promise<Embeddings>,
): Operation<EmbeddingsRequest, Embeddings, EmbeddingsMeter> => ({
  bound: ({ config }, { bodyBytes }, { markupBasisPoints }) => ({
    pinned: { price: PRICE, markupBasisPoints },
    wish: {
      ...boundRates(PRICE, { inputTokens: bodyBytes, units: { requests: 1 } }),
      markupBasisPoints,
      outputTokensMax: 0,
      limitedByClient: true,
      floorOutputTokens: config.money.floorOutputTokens,
      defaultOutputShare: config.money.defaultOutputShare,
    },
    limitedByClient: true,
    outputTokensMax: 0,
  }),
  attempt: ({ request }, signal) => answer(request.input, signal),
  meter: () => ({ promptTokens: null }),
  estimate: async ({ countTokens }, { input }, { promptTokens }) => ({
    usage: {
      ...plainUsage(promptTokens ?? (await countTokens(input.request.input.join(" "))), 0),
      requests: 1,
    },
    source: promptTokens === null ? "estimated" : "reported",
    reportedCostMicro: null,
  }),
  guess: ({ input }) => ({
    usage: { ...plainUsage(input.bodyBytes, 0), requests: 1 },
    source: "estimated",
    reportedCostMicro: null,
  }),
});

async function embed(operation: ReturnType<typeof embeddings>, signal?: AbortSignal) {
  const input = house.inputOf({ model: "m", input: ["one two three", "four"] }, signal);
  const call = await MeteredCall.reserve({ deps: house.deps, input, operation });
  return call.run(async () => {
    const { vectors, promptTokens } = await call.first();
    call.meter.promptTokens = promptTokens;
    call.flow();
    const body = JSON.stringify(vectors);
    return { body, settled: await call.endWhole(() => ({ body, ignored: null })) };
  });
}

test("an answer is charged by its tokens and its request, and kept", async () => {
  house = openCallHouse({ adapter: {} });
  const { body, settled } = await embed(
    embeddings(async (input) => ({ vectors: input.map(() => [0.5]), promptTokens: 7 })),
  );
  expect(body).toBe("[[0.5],[0.5]]");
  expect(settled.chargedMicro).toBe(7 * 2 + 5);
  expect(await house.ended()).toMatchObject({
    ending: "completed",
    usage: { promptTokens: 7, completionTokens: 0, requests: 1 },
    chargedMicro: 19,
    // All 200 bytes as tokens.
    heldMicro: 200 * 2 + 5,
  });
});

test("a provider that fails costs nothing", async () => {
  house = openCallHouse({ adapter: {} });
  const failing = embeddings(() => Promise.reject(new TypeError("a bug")));
  await expect(embed(failing)).rejects.toThrow("a bug");
  expect(await house.ended()).toMatchObject({ ending: "upstream_failed", chargedMicro: 0 });
});

test("a client that leaves while it waits pays its input, estimated", async () => {
  house = openCallHouse({ adapter: {} });
  const client = new AbortController();
  const hanging = embeddings(
    (_input, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );
  const answered = embed(hanging, client.signal);
  await Bun.sleep(1);
  client.abort();
  await expect(answered).rejects.toMatchObject({ status: 499 });
  // 18 characters are 5 tokens.
  expect(await house.ended()).toMatchObject({ ending: "client_left_early", chargedMicro: 15 });
});

test("what no deployment can do is refused before any hold", async () => {
  house = openCallHouse({ adapter: {} });
  const refusal = new ApiError({ status: 400, type: "invalid_request_error", message: "no" });
  const refusing = {
    ...embeddings(async () => ({ vectors: [], promptTokens: 0 })),
    bound: () => {
      throw refusal;
    },
  };
  await expect(embed(refusing)).rejects.toBe(refusal);
  expect(house.ledger.verify()).toMatchObject({ requests: 0, openHolds: 0 });
});
