// Clients that leave, in every way a socket can: the provider is told at once, and the request is
// charged by the table of endings.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RequestRecord } from "../../src/ledger/port.ts";
import { chunk, completion } from "../support/openai-wire.ts";
import { gated, json, sse } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { waitUntil, within } from "../support/wait.ts";
import { type FaultHouse, startFaultHouse } from "./house.ts";
import { chatBytes, chatHead, connectRaw, type RawClient } from "./raw-client.ts";
import { expectBooks, expectCharge, expectLogged } from "./support.ts";

/** How soon the provider must be told. */
const CANCELLED_MS = 1_000;

let house: FaultHouse;
beforeAll(async () => {
  // One place: what a client that has left does not give back would be missed by the next.
  house = await startFaultHouse({ limits: { concurrentRequests: 1, bodyTimeoutMs: 60_000 } });
});
afterAll(() => house.close());

const LEAVINGS: Record<string, (client: RawClient) => void> = {
  "closes its connection": ({ socket }) => socket.destroy(),
  "resets its connection": ({ socket }) => socket.resetAndDestroy(),
  // It would still read, but the server cannot tell it from one that has gone, and takes it as gone.
  "closes its half of the connection": ({ socket }) => socket.end(),
};
const LEAVING_ROWS = Object.entries(LEAVINGS);

/** The whole check of a request whose client has left. */
async function expectLeft(tag: string): Promise<RequestRecord> {
  const [call, ...more] = house.callsOf(tag);
  expect(more).toEqual([]);
  await within(call?.closed ?? Promise.reject(), "the call upstream closed", CANCELLED_MS);
  const { server, met } = house;
  await waitUntil(() => server.gateway.inProgress() === 0, "all requests settled");
  const record = server.ledger.findRecord(met.at(-1)?.requestId ?? "");
  if (record === undefined) throw new Error(`no record of ${tag}`);
  expect(record).toMatchObject({ httpStatus: 499, usageSource: "estimated" });
  expectCharge(house, record);
  expectLogged(house, record);
  expectBooks(house);
  return record;
}

const tokensOf = ({ usage }: RequestRecord) => ({
  promptTokens: usage?.promptTokens ?? 0,
  completionTokens: usage?.completionTokens ?? 0,
});

const never = new Promise<void>(() => {});
const WORDS = event(chunk({ role: "assistant", content: "one two three" }));

describe.each(LEAVING_ROWS)("a client that %s", (_name, leave) => {
  test.each([false, true])("before the first event, stream: %p: pays the input", async (stream) => {
    const tag = house.plan(sse(gated("", never)));
    const client = await connectRaw(house.server.origin);
    client.socket.write(chatBytes(house.server.key, tag, { stream }));
    await waitUntil(() => house.callsOf(tag).length > 0, "the call upstream");
    leave(client);
    const record = await expectLeft(tag);
    expect(record.ending).toBe("client_left_early");
    expect(tokensOf(record).completionTokens).toBe(0);
    expect(record.chargedMicro).toBe(tokensOf(record).promptTokens);
    expect(record.chargedMicro).toBeGreaterThan(0);
  });

  test("in the middle of a whole answer: pays the input", async () => {
    const half = JSON.stringify(completion()).slice(0, 50);
    const tag = house.plan({ ...json({}), pieces: gated(half, never) });
    const client = await connectRaw(house.server.origin);
    client.socket.write(chatBytes(house.server.key, tag, {}));
    await waitUntil(() => house.callsOf(tag).length > 0, "the call upstream");
    leave(client);
    expect((await expectLeft(tag)).ending).toBe("client_left_early");
  });

  test("in the middle of a stream: pays the input and the words", async () => {
    const tag = house.plan(sse(gated(WORDS, never)));
    const client = await connectRaw(house.server.origin);
    client.socket.write(chatBytes(house.server.key, tag, { stream: true }));
    await client.until("one two three");
    leave(client);
    const record = await expectLeft(tag);
    expect(record.ending).toBe("client_left");
    expect(tokensOf(record).completionTokens).toBe(3);
    expect(record.chargedMicro).toBe(tokensOf(record).promptTokens + 3);
  });

  const BODIES: [string, (length: number) => string][] = [
    ["of a declared length", (length) => `content-length: ${length}`],
    ["in chunks", () => "transfer-encoding: chunked"],
  ];
  test.each(BODIES)("in the middle of its body %s: pays nothing", async (_how, framing) => {
    const { server, met } = house;
    const before = met.length;
    const client = await connectRaw(server.origin);
    client.socket.write(`${chatHead(server.key, framing(100))}9\r\n{"model":`);
    await placeIs("taken");
    leave(client);
    await placeIs("free");
    expect(met.length).toBe(before);
    expectBooks(house);
  });
});

/** Resolves when the server's only place is taken, or free: a question that says nothing tells. */
async function placeIs(wanted: "taken" | "free"): Promise<void> {
  const { server } = house;
  const request = { method: "POST", headers: { "x-api-key": server.key }, body: "{}" };
  const end = performance.now() + 5_000;
  for (;;) {
    const { status } = await fetch(`${server.baseUrl}/chat/completions`, request);
    if (status === (wanted === "taken" ? 503 : 400)) return;
    if (performance.now() > end) throw new Error(`the place was never ${wanted}`);
  }
}

test("a client that leaves with a full socket, reading nothing: pays what was produced", async () => {
  const flood = async function* () {
    for (;;) {
      yield event(chunk({ role: "assistant", content: "word ".repeat(2_000) }));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const tag = house.plan(sse(flood()));
  const client = await connectRaw(house.server.origin);
  client.socket.write(chatBytes(house.server.key, tag, { stream: true }));
  await client.until("word");
  client.socket.pause();
  await waitUntil(() => client.socket.bytesRead > 0, "some words");
  client.socket.destroy();
  expect((await expectLeft(tag)).ending).toBe("client_left");
});

test("a client that writes its next question before it has its answer is taken as gone", async () => {
  const { server, met } = house;
  const before = met.length;
  const tags = [1, 2].map(() => house.plan(json(completion())));
  const client = await connectRaw(server.origin);
  client.socket.write(tags.map((tag) => chatBytes(server.key, tag, {})).join(""));
  await within(client.ended, "the connection closed");
  client.socket.destroy();
  await waitUntil(() => server.gateway.inProgress() === 0, "all requests settled");
  expect(met.length).toBe(before + 1);
  expect(server.ledger.findRecord(met.at(-1)?.requestId ?? "")).toMatchObject({ httpStatus: 499 });
  expect(house.callsOf(tags[1] ?? "")).toEqual([]);
});
