// Clients that hold on to a connection: one that stops reading is ended, one that says no more too.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Socket } from "node:net";
import {
  expectBalanced,
  type House,
  lastEnded,
  MODEL,
  OUTPUT_MAX,
  startHouse,
} from "../money/support.ts";
import { chunk, completion, streamOf } from "../support/openai-wire.ts";
import { json, sse } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { waitUntil, within } from "../support/wait.ts";

// Bun counts the silence of connections in steps of four seconds.
setDefaultTimeout(40_000);
const STALLED_LIMIT_MS = 20_000;
const IDLE_LIMIT_MS = 12_000;

let house: House;
const sockets = new Set<Socket>();
beforeAll(async () => {
  house = await startHouse({ server: { idleTimeoutMs: 1_000, keepAliveMs: 300 } });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await house.close();
});

/** Sends a chat request on a connection of its own, which it leaves open. */
async function send(fields: object): Promise<Socket> {
  const { server } = house;
  const body = JSON.stringify({
    model: MODEL,
    messages: [{ role: "user", content: "hello" }],
    ...fields,
  });
  const socket = connect(Number(new URL(server.origin).port), "127.0.0.1");
  sockets.add(socket);
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  const lines = [
    "POST /api/v1/ai/chat/completions HTTP/1.1",
    "host: 127.0.0.1",
    `authorization: Bearer ${server.key}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
  return socket;
}

/** More than all buffers between the provider and a client can take. */
const FLOOD_EVENTS = 512;
const FLOOD_EVENT = event(chunk({ role: "assistant", content: "word ".repeat(13_000) }));

/** A flood, which then stays open: nobody but the server ends it. */
async function* flood(): AsyncGenerator<string> {
  for (let sent = 0; sent < FLOOD_EVENTS; sent++) {
    yield FLOOD_EVENT;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise(() => {});
}

test("a client that stops reading a stream is ended, and pays as one that left", async () => {
  const { server, upstream } = house;
  upstream.answer(sse(flood()));
  const socket = await send({ stream: true });
  socket.pause();
  await waitUntil(() => upstream.requests.length > 0, "the call upstream");
  const closed = upstream.requests.at(-1)?.closed ?? Promise.reject(new Error("no call"));
  await within(closed, "the upstream closed", STALLED_LIMIT_MS);
  const ended = await lastEnded(house, 10_000);
  expect(ended).toMatchObject({ ending: "client_left", httpStatus: 499, stream: true });
  expect(ended.usageSource).toBe("estimated");
  expect(ended.chargedMicro).toBeGreaterThan(OUTPUT_MAX);
  expect(ended.chargedMicro).toBeLessThanOrEqual(ended.heldMicro);
  expectBalanced(house);
  expect(server.gateway.inProgress()).toBe(0);
});

const IDLE: [string, object, number][] = [
  ["a whole answer", {}, 200],
  ["a stream", { stream: true }, 200],
  ["a 400", { messages: [] }, 400],
  ["a 404 for an unknown model", { model: "no-such-model" }, 404],
];

test.concurrent.each(IDLE)(
  "a connection that is silent after %s is closed",
  async (_name, fields, status) => {
    house.upstream.answer((request) => {
      const { stream } = request.body as { stream?: boolean };
      return stream === true ? sse(streamOf("Hello!")) : json(completion());
    });
    const socket = await send(fields);
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes;
    });
    await within(closed, "the connection closed", IDLE_LIMIT_MS);
    expect(text).toStartWith(`HTTP/1.1 ${status} `);
    expect(text).not.toMatch(/^connection: close/im);
  },
);

const SLOW: [string, string, number][] = [
  ["says nothing", "", 0],
  ["stops in its first line", "GET /hea", 0],
  ["stops in its headers", "GET /health HTTP/1.1\r\nhost: a\r\nx-a: ", 0],
  // A byte now and then does not count: the whole head has to come in time.
  ["drips", "GET /health HTTP/1.1\r\nhost: a\r\nx-a: ", 300],
];

test.concurrent.each(SLOW)("a connection that %s is closed", async (_name, start, dripMs) => {
  const socket = connect(Number(new URL(house.server.origin).port), "127.0.0.1");
  sockets.add(socket);
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.resume();
  socket.write(start);
  const drip = dripMs === 0 ? undefined : setInterval(() => socket.write("a"), dripMs);
  await within(closed, "the connection closed", STALLED_LIMIT_MS);
  clearInterval(drip);
});
