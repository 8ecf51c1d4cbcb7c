// What the transport's tests share: a request, the batches of a stream, bodies sent piece by piece.
import type { Socket } from "node:net";
import { ApiError } from "../../src/base/errors.ts";
import { bytesOf } from "../../src/providers/transport/body-reader.ts";
import {
  fetchUpstream,
  type UpstreamRequest,
} from "../../src/providers/transport/fetch-upstream.ts";
import type { EventSink } from "../../src/providers/transport/framing.ts";
import { UpstreamGuard } from "../../src/providers/transport/guard.ts";
import { SSE, type SseEvent } from "../../src/providers/transport/sse.ts";
import { HTTP_END, httpChunk, SSE_HEAD } from "../support/http-bytes.ts";

export const never = new AbortController().signal;

export function requestTo(url: string, extra: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    method: "POST",
    url,
    headers: { "content-type": "application/json" },
    body: "{}",
    proxyUrl: null,
    firstByteMs: 2_000,
    ...extra,
  };
}

export async function* batchesOf(
  url: string,
  options: { signal?: AbortSignal; maxEventBytes?: number; betweenMs?: number; firstMs?: number },
): AsyncGenerator<string[]> {
  const guard = new UpstreamGuard(options.signal ?? never, 10_000);
  try {
    const firstByteMs = options.firstMs ?? 2_000;
    const response = await fetchUpstream(requestTo(url, { firstByteMs }), guard);
    const body = bytesOf(response, guard, options.betweenMs ?? 2_000);
    const decoder = await SSE.open(options.maxEventBytes ?? 1_000_000);
    let ended = false;
    try {
      for (let isLast = false; !isLast && !ended; ) {
        const bytes = await body.next();
        isLast = bytes === null;
        const batch: string[] = [];
        const sink = listing(({ data }: SseEvent) => batch.push(data));
        if (bytes === null) decoder.end(sink);
        else decoder.push(bytes, sink);
        ended = batch.includes("[DONE]");
        if (batch.length > 0) yield batch;
      }
    } finally {
      if (ended) body.finish(1_000);
      else body.cancel();
    }
  } finally {
    guard.close();
  }
}

/** A sink for streams without plain events. */
function listing<Event>(take: (event: Event) => void): EventSink<Event> {
  return {
    take,
    shape: undefined,
    takeRun() {
      throw new Error("no shape was named");
    },
  };
}

/** Sends the body in pieces of `size` bytes, each in an HTTP chunk of its own. */
export function sendPieces(socket: Socket, text: string, size: number): void {
  const bytes = Buffer.from(text);
  socket.write(SSE_HEAD);
  for (let at = 0; at < bytes.length; at += size) {
    socket.write(httpChunk(bytes.subarray(at, at + size)));
  }
  socket.end(HTTP_END);
}

export function asApiError(error: unknown): ApiError {
  if (!(error instanceof ApiError)) {
    throw new Error(`not an ApiError: ${error}`);
  }
  return error;
}
