// Helpers of the provider tests: calls, raw servers, collecting.
import type { Socket } from "node:net";
import {
  isPlainRun,
  type PlainRun,
  type UpstreamCall,
  type UpstreamChunk,
  type UpstreamEvent,
} from "../../src/providers/protocol.ts";
import type { StreamReader } from "../../src/providers/shared/http-dialect.ts";
import type { SseEvent } from "../../src/providers/transport/sse.ts";
import { FACTS } from "../support/facts.ts";
import { type SocketServer, startSocketServer } from "../support/socket-server.ts";

/** A call for a model named `upstream-model`; `request` adds to or replaces its fields. */
export function callOf(
  request: Record<string, unknown> = {},
  extra: Partial<UpstreamCall> = {},
): UpstreamCall {
  return {
    requestId: "req_test",
    request: { model: "asked-model", messages: [{ role: "user", content: "hello" }], ...request },
    upstreamModel: "upstream-model",
    facts: FACTS,
    maxOutputTokens: 100,
    ...extra,
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) {
    all.push(item);
  }
  return all;
}

/** The chunks of an adapter's stream one by one, those of plain runs too. */
export async function* chunksIn(
  stream: AsyncIterable<UpstreamEvent[]>,
): AsyncGenerator<UpstreamChunk, void, undefined> {
  for await (const events of stream) {
    if (events.length === 0) throw new Error("an array of events is never empty");
    for (const event of events) {
      if (isPlainRun(event)) yield* chunksOfRun(event);
      else yield event;
    }
  }
}

/** What a plain run stands for. */
export function chunksOfRun({ shape, texts }: PlainRun): UpstreamChunk[] {
  return texts.split("\n").map((text) => {
    const wire = shape.head + text + shape.tail;
    return { chunk: JSON.parse(wire), wire, usage: null };
  });
}

/** What a promise rejects with; throws when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const nothing = Symbol("nothing");
  const caught = await promise.then(
    () => nothing,
    (error: unknown) => error,
  );
  if (caught === nothing) {
    throw new Error("expected a rejection");
  }
  return caught;
}

export interface RawServer extends SocketServer {
  /** The bytes received so far, of all connections together. */
  readonly received: string;
}

/**
 * A TCP server on a free port that hands each connection to `answer` once its request's header has
 * come: for answers that no HTTP server would send.
 */
export async function rawServer(answer: (socket: Socket) => void): Promise<RawServer> {
  let received = "";
  const server = await startSocketServer((socket) => {
    let head = "";
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      head += bytes.toString("latin1");
      if (head.includes("\r\n\r\n")) {
        head = "";
        answer(socket);
      }
    });
  });
  return Object.defineProperty(server, "received", { get: () => received }) as RawServer;
}

/** Waits until the condition holds, at most `limitMs`; false when it never did. */
export async function eventually(condition: () => boolean, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    if (condition()) {
      return true;
    }
    await Bun.sleep(5);
  }
  return condition();
}

/** What a reader makes of a stream, as the HTTP adapter reads it: until its end or the source's. */
export async function* readStream<Event>(
  reader: StreamReader<Event>,
  batches: AsyncIterable<readonly Event[]>,
): AsyncGenerator<UpstreamChunk, void, undefined> {
  for await (const batch of batches) {
    for (const event of batch) {
      yield* reader.read(event);
      if (reader.ended) {
        yield* reader.end();
        return;
      }
    }
  }
  yield* reader.end();
}

/** The same for server-sent events that have nothing but their data. */
export function readSse(
  reader: StreamReader<SseEvent>,
  batches: AsyncIterable<readonly string[]>,
): AsyncGenerator<UpstreamChunk, void, undefined> {
  return readStream(reader, asEvents(batches));
}

async function* asEvents(batches: AsyncIterable<readonly string[]>) {
  for await (const batch of batches) {
    yield batch.filter((data) => data.trim() !== "").map((data) => ({ name: "", data }));
  }
}
