// Requests that never end, or nest without end: refused early, without a hold or a record, while
// others are served. Slow ones are in test/guards/stalled-clients.test.ts.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { completion } from "../support/openai-wire.ts";
import { json } from "../support/raw-upstream.ts";
import { within } from "../support/wait.ts";
import { ask, type FaultHouse, startFaultHouse } from "./house.ts";
import { chatHead, connectRaw, type RawClient } from "./raw-client.ts";
import { expectBooks, expectSound } from "./support.ts";

const GIB = 1_073_741_824;
const MIB = 1_048_576;
/** How much of a body without end is sent at most. */
const SENT_BYTES = 64 * MIB;
/** Well below what is sent, and above what the test's own buffers and the heap's growth take. */
const GROWTH_BYTES = 48 * MIB;

let house: FaultHouse;
beforeAll(async () => {
  house = await startFaultHouse({ limits: { bodyBytes: 12 * MIB, bodyTimeoutMs: 400 } });
});
/** Nothing went upstream, nothing is held, and only the questions that were asked have records. */
afterEach(() => {
  expectBooks(house);
  expect(house.met.length).toBe(house.asked());
});
afterAll(() => house.close());

/** The server answers others meanwhile. */
async function expectServed(): Promise<void> {
  const outcome = await ask(house, json(completion()));
  expect(await expectSound(house, outcome)).toMatchObject({ ending: "completed" });
}

/** Writes a piece again and again until the server closes, or this much was written. */
async function pour({ socket }: RawClient, piece: Uint8Array, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes && !socket.destroyed && !socket.readableEnded; ) {
    sent += piece.length;
    if (socket.write(piece)) await new Promise((resolve) => setImmediate(resolve));
    else await Promise.race([drained(socket), Bun.sleep(1_000)]);
  }
}

const drained = (socket: RawClient["socket"]) =>
  new Promise<void>((resolve) => socket.once("drain", () => resolve()));

const spaces = Buffer.alloc(65_536, " ");
const chunk = Buffer.concat([Buffer.from("10000\r\n"), spaces, Buffer.from("\r\n")]);

describe("a body without end", () => {
  const rows: [string, () => string, Uint8Array, number][] = [
    ["1 GiB, declared", () => chatHead(house.server.key, `content-length: ${GIB}`), spaces, 413],
    ["in chunks", () => chatHead(house.server.key, "transfer-encoding: chunked"), chunk, 413],
    ["1 GiB, with a wrong key", () => chatHead("wrong", `content-length: ${GIB}`), spaces, 401],
    [
      "in chunks, with a wrong key",
      () => chatHead("wrong", "transfer-encoding: chunked"),
      chunk,
      401,
    ],
    [
      "1 GiB, to a path that is none",
      () => `POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: ${GIB}\r\n\r\n`,
      spaces,
      404,
    ],
    [
      "1 GiB, to a path that takes none",
      () => `GET /health HTTP/1.1\r\nhost: a\r\ncontent-length: ${GIB}\r\n\r\n`,
      spaces,
      200,
    ],
  ];
  test.each(rows)("%s: is answered at once and not kept", async (_name, head, piece, status) => {
    const client = await connectRaw(house.server.origin);
    client.socket.write(head());
    const before = process.memoryUsage.rss();
    const pouring = pour(client, piece, SENT_BYTES);
    await client.until(`HTTP/1.1 ${status} `);
    await expectServed();
    await pouring;
    expect(process.memoryUsage.rss() - before).toBeLessThan(GROWTH_BYTES);
    client.socket.destroy();
  });
});

describe("a head without end is refused, and its connection closed", () => {
  const rows: [string, string, string][] = [
    ["headers", "GET /health HTTP/1.1\r\nhost: a\r\n", "x-a: b\r\n"],
    ["a header", "GET /health HTTP/1.1\r\nhost: a\r\nx-a: ", "a"],
    ["a path", "GET /", "a"],
    ["a query", "GET /health?", "a=b&"],
    ["a method", "", "A"],
    ["spaces", "GET ", " "],
  ];
  test.each(rows)("%s", async (_name, start, piece) => {
    const client = await connectRaw(house.server.origin);
    client.socket.write(start);
    const pouring = pour(client, Buffer.from(piece.repeat(1_000)), MIB);
    await within(client.ended, "the connection closed");
    await pouring;
    expect(client.text()).toMatch(/^(HTTP\/1\.1 4(31|00) |$)/);
    await expectServed();
    client.socket.destroy();
  });

  test.each([
    ["chunk extensions", "5;", "a"],
    ["trailers", "2\r\n{}\r\n0\r\n", "x-a: b\r\n"],
  ])("%s of a body", async (_name, start, piece) => {
    const client = await connectRaw(house.server.origin);
    client.socket.write(chatHead(house.server.key, "transfer-encoding: chunked") + start);
    const pouring = pour(client, Buffer.from(piece.repeat(1_000)), MIB);
    await within(client.ended, "the connection closed");
    await pouring;
    await expectServed();
    client.socket.destroy();
  });
});

describe("a body of 10 MB that nests a million deep is a 400, quickly", () => {
  const DEEP = 1_000_000;
  const pad = "          ";
  const rows: [string, string][] = [
    ["arrays, open", `[${pad}`.repeat(DEEP)],
    ["objects, open", '{"a":     '.repeat(DEEP)],
    ["arrays, closed", `${"[    ".repeat(DEEP)}${"]    ".repeat(DEEP)}`],
    ["in a message", `{"messages":[{"role":"user","content":${`[${pad}`.repeat(DEEP)}`],
  ];
  test.each(rows)("%s", async (_name, body) => {
    const { server } = house;
    const started = performance.now();
    const response = await fetch(`${server.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { "x-api-key": server.key },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("invalid_request_error");
    // Parsed, it would block for many seconds, or end the process.
    expect(performance.now() - started).toBeLessThan(3_000);
    await expectServed();
  });
});

test("a hundred bodies that stop coming are ended, while others are served", async () => {
  const clients = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const client = await connectRaw(house.server.origin);
      client.socket.write(`${chatHead(house.server.key, "content-length: 5000")}{"model":`);
      return client;
    }),
  );
  await expectServed();
  for (const client of clients) await client.until("HTTP/1.1 408 ");
  for (const { socket } of clients) socket.destroy();
});
