// The one way of calling: a client that leaves is told its own reason, and the provider is let go, whatever the dialect.
import { expect, test } from "bun:test";
import { httpChunk, SSE_HEAD } from "../../support/http-bytes.ts";
import { callOf, chunksIn, collect, eventually, rawServer, rejection } from "../support.ts";
import { adapterTo, events, never } from "./word-adapter.ts";

/** Says one word, and then nothing. */
const oneWord = () =>
  rawServer((socket) => {
    socket.write(SSE_HEAD);
    socket.write(httpChunk(events("one")));
  });

test.each(["stream", "complete"] as const)("an abort during %s", async (method) => {
  await using server = await oneWord();
  const client = new AbortController();
  const reason = new Error("left");
  setTimeout(() => client.abort(reason), 40);
  const adapter = adapterTo(server.url);
  const run =
    method === "stream"
      ? collect(chunksIn(adapter.stream(callOf(), client.signal)))
      : adapter.complete(callOf(), client.signal);
  expect(await rejection(run)).toBe(reason);
  expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
});

test("an abort while the reader is busy closes the upstream at once", async () => {
  await using server = await oneWord();
  const client = new AbortController();
  const reading = chunksIn(adapterTo(server.url).stream(callOf(), client.signal));
  await reading.next();
  client.abort("left");
  expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
  expect(await rejection(reading.next())).toBe("left");
});

test("an abort of who reads the first words", async () => {
  await using server = await oneWord();
  const client = new AbortController();
  const reading = (async () => {
    for await (const _ of chunksIn(adapterTo(server.url).stream(callOf(), client.signal))) {
      client.abort("enough");
    }
  })();
  expect(await rejection(reading)).toBe("enough");
  expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
});

test("silence, before the first words and after them, is a 504 and closes the connection", async () => {
  await using silent = await rawServer(() => {});
  await using stalled = await oneWord();
  for (const server of [silent, stalled]) {
    const timeouts = { firstByteMs: 100, betweenChunksMs: 100 };
    const adapter = adapterTo(server.url, undefined, timeouts);
    const failure = await rejection(collect(chunksIn(adapter.stream(callOf(), never))));
    expect(failure).toMatchObject({ status: 504 });
    expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
  }
});
