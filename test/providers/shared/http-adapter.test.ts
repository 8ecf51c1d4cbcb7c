// The one way of calling: what follows an answer's end is waited for, but not for ever.
import { describe, expect, test } from "bun:test";
import type { Socket } from "node:net";
import type { Timeouts } from "../../../src/config/schema.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import { deltaChoice, Envelope } from "../../../src/providers/shared/envelope.ts";
import type { StreamReader } from "../../../src/providers/shared/http-dialect.ts";
import type { SseEvent } from "../../../src/providers/transport/sse.ts";
import { HTTP_END, httpChunk, SSE_HEAD } from "../../support/http-bytes.ts";
import { callOf, chunksIn, collect, eventually, rawServer, rejection } from "../support.ts";
import { adapterTo, events, GRACE_MS, never } from "./word-adapter.ts";

/** Of a model whose every event may be the last. */
class RepeatingReader implements StreamReader<SseEvent> {
  readonly finished = true;
  readonly ended = false;
  readonly graceMs = GRACE_MS;
  readonly #envelope = new Envelope("m");

  read({ data }: SseEvent): UpstreamChunk[] {
    return [this.#envelope.chunk([deltaChoice(0, { content: data })])];
  }

  end(): UpstreamChunk[] {
    return [this.#envelope.chunk([deltaChoice(0, {}, "stop")])];
  }
}

describe("a reader's own grace", () => {
  test("begins anew with each piece, and ends a silent connection cleanly", async () => {
    const words = ["a", "b", "c", "d"];
    await using server = await rawServer(async (socket) => {
      socket.write(SSE_HEAD);
      for (const word of words) {
        socket.write(httpChunk(`data: ${word}\n\n`));
        await Bun.sleep(GRACE_MS / 2);
      }
      // The connection stays open and says no more.
    });
    const started = performance.now();
    const chunks = await collect(
      chunksIn(adapterTo(server.url, () => new RepeatingReader()).stream(callOf(), never)),
    );
    expect(chunks.map(({ chunk }) => chunk.choices[0]?.delta.content)).toEqual([
      ...words,
      undefined,
    ]);
    expect(chunks.at(-1)?.chunk.choices[0]?.finish_reason).toBe("stop");
    const elapsedMs = performance.now() - started;
    expect(elapsedMs).toBeGreaterThan(3 * (GRACE_MS / 2) + GRACE_MS - 50);
    expect(elapsedMs).toBeLessThan(10_000);
  });
});

const WHOLE = ["one", "stop"];

/** Sends an answer with its finish, then what the test does. */
const afterFinish = (then: (socket: Socket) => unknown) =>
  rawServer((socket) => {
    socket.write(SSE_HEAD);
    socket.write(httpChunk(events(...WHOLE)));
    then(socket);
  });

async function wordsFrom(url: string, timeouts: Partial<Timeouts> = {}, signal = never) {
  const adapter = adapterTo(url, undefined, timeouts);
  const chunks = await collect(chunksIn(adapter.stream(callOf(), signal)));
  return chunks.map(({ chunk }) => chunk.choices[0]?.delta.content ?? "(none)");
}

describe("after a whole answer", () => {
  test.each<[string, (socket: Socket) => unknown]>([
    ["silence", () => {}],
    [
      "comments without end",
      (socket) => {
        const timer = setInterval(() => socket.write(httpChunk(": still here\n\n")), 50);
        socket.on("close", () => clearInterval(timer));
      },
    ],
    [
      "chunks without words, without end",
      (socket) => {
        const timer = setInterval(() => socket.write(httpChunk(events("wordless"))), 50);
        socket.on("close", () => clearInterval(timer));
      },
    ],
    [
      "comments faster than any timer",
      (socket) => {
        const more = () => {
          while (!socket.destroyed && socket.write(httpChunk(": still here\n\n".repeat(500))));
        };
        socket.on("drain", more);
        more();
      },
    ],
    ["a broken connection", (socket) => setTimeout(() => socket.resetAndDestroy(), 50)],
    [
      "half an event",
      (socket) => socket.end(Buffer.concat([httpChunk("data: bro"), Buffer.from(HTTP_END)])),
    ],
    [
      "half a broken event",
      (socket) => socket.end(Buffer.concat([httpChunk("data: broken"), Buffer.from(HTTP_END)])),
    ],
    [
      "half a character",
      (socket) =>
        socket.end(
          Buffer.concat([
            httpChunk(new Uint8Array([...Buffer.from("data: "), 0xe2, 0x82])),
            Buffer.from(HTTP_END),
          ]),
        ),
    ],
  ])("%s is a clean end, and closes the connection", async (name, then) => {
    await using server = await afterFinish(then);
    const started = performance.now();
    const words = (await wordsFrom(server.url)).filter((word) => word !== "");
    expect(words.slice(0, 2)).toEqual(WHOLE);
    expect(words.length).toBeLessThanOrEqual(name === "half an event" ? 3 : 2);
    expect(performance.now() - started).toBeLessThan(10 * GRACE_MS);
    expect(await eventually(() => server.open === 0, 3_000)).toBe(true);
  });

  test.each<[string, Partial<Timeouts>]>([
    ["the time between pieces", { betweenChunksMs: 50 }],
    ["the whole call's time", { totalMs: 300 }],
  ])("%s may run out before the grace does", async (_, timeouts) => {
    await using server = await afterFinish(() => {});
    expect(await wordsFrom(server.url, timeouts)).toEqual(WHOLE);
  });

  test("a last event without its blank line counts", async () => {
    await using server = await afterFinish((socket) => {
      socket.end(Buffer.concat([httpChunk("data: usage"), Buffer.from(HTTP_END)]));
    });
    expect(await wordsFrom(server.url)).toEqual([...WHOLE, "(none)"]);
  });

  test("an error that the provider names is one", async () => {
    await using server = await afterFinish((socket) => socket.write(httpChunk(events("broken"))));
    expect(await rejection(wordsFrom(server.url))).toMatchObject({ message: "It broke." });
  });

  test("a client that leaves is told its own reason", async () => {
    const client = new AbortController();
    await using server = await afterFinish(() => setTimeout(() => client.abort("left"), 50));
    expect(await rejection(wordsFrom(server.url, {}, client.signal))).toBe("left");
    expect(await eventually(() => server.open === 0, 3_000)).toBe(true);
  });

  test("the time that the client takes is not the provider's", async () => {
    await using server = await afterFinish(async (socket) => {
      for (const word of ["usage 1", "usage 2", "[DONE]"]) {
        await Bun.sleep(GRACE_MS / 4);
        socket.write(httpChunk(events(word)));
      }
      socket.end(HTTP_END);
    });
    const seen: string[] = [];
    const adapter = adapterTo(server.url);
    for await (const { chunk } of chunksIn(adapter.stream(callOf(), never))) {
      seen.push(chunk.choices[0]?.delta.content ?? "(none)");
      await Bun.sleep(GRACE_MS);
    }
    expect(seen).toEqual([...WHOLE, "(none)", "(none)"]);
  });
});

describe("the connection", () => {
  test("is used again after a proper end, of the body or of the stream", async () => {
    for (const last of [[], ["[DONE]"]]) {
      await using server = await rawServer((socket) => {
        socket.write(SSE_HEAD);
        socket.write(httpChunk(events(...WHOLE, ...last)));
        setTimeout(() => socket.write(HTTP_END), 20);
      });
      for (let call = 0; call < 3; call += 1) {
        expect(await wordsFrom(server.url)).toEqual(WHOLE);
        await Bun.sleep(60);
      }
      expect(server.connections).toBe(1);
    }
  });

  test("is closed at once when its reader leaves early", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk(events("one", "two")));
    });
    for await (const _ of chunksIn(adapterTo(server.url).stream(callOf(), never))) break;
    expect(await eventually(() => server.open === 0, 3_000)).toBe(true);
  });

  test("is closed when the answer is no event of the dialect's, and the error is told after what came before", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk(events("one", "broken", "two")));
    });
    const seen: unknown[] = [];
    const reading = (async () => {
      const adapter = adapterTo(server.url);
      for await (const { chunk } of chunksIn(adapter.stream(callOf(), never))) {
        seen.push(chunk.choices[0]?.delta.content);
      }
    })();
    expect(await rejection(reading)).toMatchObject({ message: "It broke." });
    expect(seen).toEqual(["one"]);
    expect(await eventually(() => server.open === 0, 3_000)).toBe(true);
  });

  test("a body that ends in the middle of a character, or without a finish, is cut short", async () => {
    const half = new Uint8Array([...Buffer.from("data: on"), 0xe2, 0x82]);
    for (const bytes of [half, events("one")]) {
      await using server = await rawServer((socket) => {
        socket.write(SSE_HEAD);
        socket.end(Buffer.concat([httpChunk(bytes), Buffer.from(HTTP_END)]));
      });
      expect(await rejection(wordsFrom(server.url))).toMatchObject({ status: 502 });
    }
  });
});
