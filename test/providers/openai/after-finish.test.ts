// What follows a whole answer, over a real connection: usage and the last word may come or not.
import { describe, expect, test } from "bun:test";
import type { Socket } from "node:net";
import { createOpenAiAdapter } from "../../../src/providers/openai/adapter.ts";
import { COMPATIBLE } from "../../../src/providers/openai/quirks.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import { HTTP_END, httpChunk, SSE_HEAD } from "../../support/http-bytes.ts";
import { streamOf, usageChunk } from "../../support/openai-wire.ts";
import { event } from "../../support/sse.ts";
import { callOf, chunksIn, rawServer, rejection } from "../support.ts";

const never = new AbortController().signal;

/** A stream's events up to its finish reason. */
const WHOLE = streamOf("Hello!").slice(0, 3);
const USAGE = event(usageChunk());

/** What the server does once it has written them; `read` resolves when they have been read. */
type Then = (socket: Socket, read: Promise<void>) => unknown;

/** What the answer amounts to when `then` follows these events. */
async function after(events: string[], then: Then, n = 1) {
  const read = Promise.withResolvers<void>();
  await using server = await rawServer((socket) => {
    socket.write(SSE_HEAD);
    socket.write(httpChunk(events.join("")));
    then(socket, read.promise);
  });
  const adapter = createOpenAiAdapter({
    baseUrl: server.url,
    apiKey: null,
    auth: "bearer",
    headers: {},
    quirks: COMPATIBLE,
    timeouts: { firstByteMs: 5_000, betweenChunksMs: 30_000, totalMs: 60_000 },
    limits: { upstreamBodyBytes: 1_000_000, upstreamEventBytes: 100_000 },
    proxyUrl: null,
    passFields: undefined,
  });
  const started = performance.now();
  const chunks: UpstreamChunk[] = [];
  for await (const chunk of chunksIn(adapter.stream(callOf({ n }), never))) {
    chunks.push(chunk);
    // The finish reason came with the words, and may be kept back for what follows.
    read.resolve();
  }
  const choices = chunks.flatMap(({ chunk }) => chunk.choices);
  return {
    text: choices.map(({ delta }) => delta.content ?? "").join(""),
    finish: choices.map(({ finish_reason: reason }) => reason ?? "").join(""),
    tokens: chunks.findLast(({ usage }) => usage !== null)?.usage?.completionTokens ?? null,
    isSoon: performance.now() - started < 9_000,
  };
}

const FINE = { text: "Hello!", finish: "stop", isSoon: true };

const ENDINGS: Record<string, Then> = {
  silence: () => {},
  "comments without end": (socket) => {
    const timer = setInterval(() => socket.write(httpChunk(": still here\n\n")), 200);
    socket.on("close", () => clearInterval(timer));
  },
  // Bytes that come with the break itself are lost.
  "a broken connection": (socket, read) => read.then(() => socket.resetAndDestroy()),
  "half an event": (socket, read) => {
    socket.write(httpChunk('data: {"choices":[{"ind'));
    read.then(() => socket.end(HTTP_END));
  },
  "the end of the body": (socket) => socket.end(HTTP_END),
};

describe("a finish reason, then", () => {
  for (const [name, then] of Object.entries(ENDINGS)) {
    test.concurrent(`${name}: the answer is whole`, async () => {
      expect(await after(WHOLE, then)).toEqual({ ...FINE, tokens: null });
    });
    test.concurrent(`usage and ${name}: the usage counts`, async () => {
      expect(await after([...WHOLE, USAGE], then)).toEqual({ ...FINE, tokens: 12 });
    });
  }
});

test("of two choices the first has ended: the connection's end is no end of the answer", async () => {
  const ends = after(WHOLE, (socket) => socket.end(HTTP_END), 2);
  expect(await rejection(ends)).toMatchObject({ status: 502 });
});
