// The one way of calling: what follows an answer's end is waited for, but not for ever.
import { describe, expect, test } from "bun:test";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import { deltaChoice, Envelope } from "../../../src/providers/shared/envelope.ts";
import { COMMON_ERRORS } from "../../../src/providers/shared/errors.ts";
import {
  createHttpAdapter,
  type StreamReader,
} from "../../../src/providers/shared/http-adapter.ts";
import { SSE, type SseEvent } from "../../../src/providers/transport/sse.ts";
import { callOf, collect, httpChunk, rawServer, SSE_HEAD } from "../support.ts";

const GRACE_MS = 400;

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

function adapterTo(url: string) {
  const unused = (): never => {
    throw new Error("not asked for");
  };
  return createHttpAdapter<SseEvent>(
    {
      framing: SSE,
      errors: COMMON_ERRORS,
      exchange: () => ({
        url,
        headers: {},
        body: "{}",
        parse: unused,
        open: () => new RepeatingReader(),
      }),
      probe: unused,
    },
    {
      timeouts: { firstByteMs: 2_000, betweenChunksMs: 20_000, totalMs: 20_000 },
      limits: { upstreamBodyBytes: 1_000, upstreamEventBytes: 1_000 },
      proxyUrl: null,
    },
  );
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
    const chunks = await collect(adapterTo(server.url).stream(callOf(), AbortSignal.any([])));
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
