// Server-sent events from real sockets: split anywhere, in any line ending, broken off, too large.
import { describe, expect, test } from "bun:test";
import { HTTP_END, httpChunk, SSE_HEAD } from "../support/http-bytes.ts";
import { collect, eventually, rawServer, rejection } from "./support.ts";
import { asApiError, batchesOf, sendPieces } from "./transport-support.ts";

describe("sseBatches", () => {
  const text =
    'data: {"a":"hé😀llo"}\n\n: comment\n\nevent: x\ndata: two\n\n' +
    "id: 1\n\ndata: l1\ndata: l2\n\n";
  const events = ['{"a":"hé😀llo"}', "two", "l1\nl2"];

  test.each([
    ["whole", text, 10_000],
    ["byte by byte", text, 1],
    ["in threes", text, 3],
    ["with CRLF", text.replaceAll("\n", "\r\n"), 10_000],
    ["with CRLF, byte by byte", text.replaceAll("\n", "\r\n"), 1],
    ["with CR", text.replaceAll("\n", "\r"), 5],
    ["without the last blank line", text.slice(0, -1), 7],
    ["without the last line's end", text.slice(0, -2), 7],
    ["after a byte order mark", `\uFEFF${text}`, 2],
  ])("reads events %s", async (_name, body, size) => {
    await using server = await rawServer((socket) => sendPieces(socket, body, size));
    expect((await collect(batchesOf(server.url, {}))).flat()).toEqual(events);
  });

  test("gives the events of one read together", async () => {
    await using server = await rawServer((socket) => {
      socket.end(`${SSE_HEAD}${httpChunk("data: 1\n\ndata: 2\n\ndata: 3\n\n")}${HTTP_END}`);
    });
    expect(await collect(batchesOf(server.url, {}))).toEqual([["1", "2", "3"]]);
  });

  test.each([
    ["in one read", 100_000],
    ["over many reads", 700],
  ])("refuses an event over the limit that comes %s", async (_name, size) => {
    const body = `data: ok\n\ndata: ${"x".repeat(5_000)}\n\n`;
    await using server = await rawServer((socket) => sendPieces(socket, body, size));
    const error = await rejection(collect(batchesOf(server.url, { maxEventBytes: 4_000 })));
    expect(asApiError(error).status).toBe(502);
    const fine = await collect(batchesOf(server.url, { maxEventBytes: 5_000 }));
    expect(fine.flat()).toHaveLength(2);
  });

  test("refuses a line without an end before it fills the memory", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      const piece = httpChunk(`data: ${"x".repeat(1_000)}`);
      const more = setInterval(() => socket.write(piece), 1);
      socket.on("close", () => clearInterval(more));
    });
    const error = await rejection(collect(batchesOf(server.url, { maxEventBytes: 4_000 })));
    expect(asApiError(error).message).toContain("larger");
    expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
  });

  test("silence between chunks is a 504; the time that the reader takes is not", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk("data: 1\n\n"));
      setTimeout(() => socket.write(httpChunk("data: 2\n\n")), 30);
    });
    const seen: string[] = [];
    const read = async () => {
      for await (const batch of batchesOf(server.url, { betweenMs: 120 })) {
        seen.push(...batch);
        await Bun.sleep(250);
      }
    };
    expect(asApiError(await rejection(read())).status).toBe(504);
    expect(seen).toEqual(["1", "2"]);
    expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
  });

  test("a reader slower than the deadline still gets everything", async () => {
    await using server = await rawServer((socket) => {
      const events = ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"].map((event) => httpChunk(event));
      socket.write(SSE_HEAD);
      for (const [position, event] of events.entries()) {
        setTimeout(() => socket.write(event), position * 20);
      }
      setTimeout(() => socket.end(HTTP_END), 80);
    });
    const seen: string[] = [];
    for await (const batch of batchesOf(server.url, { firstMs: 100, betweenMs: 100 })) {
      seen.push(...batch);
      await Bun.sleep(150);
    }
    expect(seen).toEqual(["1", "2", "3"]);
  });

  test("a reset in mid-body is a 502", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk("data: 1\n\n"));
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    const error = asApiError(await rejection(collect(batchesOf(server.url, {}))));
    expect([error.status, error.code]).toEqual([502, "upstream_error"]);
  });

  test("a chunked body without its end is a 502", async () => {
    await using server = await rawServer((socket) => {
      socket.end(Buffer.concat([Buffer.from(SSE_HEAD), httpChunk("data: 1\n\n")]));
    });
    expect(asApiError(await rejection(collect(batchesOf(server.url, {})))).status).toBe(502);
  });

  test("leaving early and aborting both close the connection within a second", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk("data: 1\n\n"));
    });
    for await (const batch of batchesOf(server.url, {})) {
      expect(batch).toEqual(["1"]);
      break;
    }
    expect(await eventually(() => server.open === 0, 1_000)).toBe(true);

    const client = new AbortController();
    const reason = new Error("client left");
    setTimeout(() => client.abort(reason), 50);
    const read = collect(batchesOf(server.url, { signal: client.signal }));
    expect(await rejection(read)).toBe(reason);
    expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
  });

  test("a stream that was read to its last event gives its connection back", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk("data: 1\n\ndata: [DONE]\n\n"));
      setTimeout(() => socket.write(HTTP_END), 20);
    });
    for (let turn = 0; turn < 3; turn++) {
      for await (const batch of batchesOf(server.url, {})) {
        expect(batch).toEqual(["1", "[DONE]"]);
        break;
      }
      await Bun.sleep(60);
    }
    expect(server.connections).toBe(1);
  });
});
