// An adapter on the one way of calling whose dialect has words and nothing else.
import { upstreamError } from "../../../src/base/errors.ts";
import type { Timeouts } from "../../../src/config/schema.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import { deltaChoice, Envelope } from "../../../src/providers/shared/envelope.ts";
import { COMMON_ERRORS } from "../../../src/providers/shared/errors.ts";
import { createHttpAdapter } from "../../../src/providers/shared/http-adapter.ts";
import type { StreamReader } from "../../../src/providers/shared/http-dialect.ts";
import { SSE, type SseEvent } from "../../../src/providers/transport/sse.ts";

export const GRACE_MS = 400;

/** Of words, the end of the answer, and the end of the stream. */
class WordReader implements StreamReader<SseEvent> {
  readonly graceMs = GRACE_MS;
  finished = false;
  ended = false;
  readonly #envelope = new Envelope("m");

  read({ data }: SseEvent): UpstreamChunk[] {
    if (data === "broken" || data.includes("\ufffd")) throw upstreamError("It broke.");
    this.finished ||= data === "stop";
    this.ended = data === "[DONE]";
    const content = data === "wordless" ? "" : data;
    const choices = data.startsWith("usage") ? [] : [deltaChoice(0, { content })];
    return this.ended ? [] : [this.#envelope.chunk(choices, null)];
  }

  end(): UpstreamChunk[] {
    if (!this.finished) throw upstreamError("It ended early.");
    return [];
  }
}

export function adapterTo(
  url: string,
  open: () => StreamReader<SseEvent> = () => new WordReader(),
  timeouts: Partial<Timeouts> = {},
) {
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
        open,
      }),
      probe: unused,
    },
    {
      timeouts: { firstByteMs: 2_000, betweenChunksMs: 20_000, totalMs: 20_000, ...timeouts },
      limits: { upstreamBodyBytes: 1_000, upstreamEventBytes: 1_000 },
      proxyUrl: null,
    },
  );
}

export const never = new AbortController().signal;

/** The text of events that have these words. */
export const events = (...words: string[]) => words.map((word) => `data: ${word}\n\n`).join("");
