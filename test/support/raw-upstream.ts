// An upstream on a bare socket: keeps each whole request, and answers as a test scripts it.
import type { Socket } from "node:net";
import { HTTP_END, httpChunk } from "./http-bytes.ts";
import { RequestReader, type WireRequest } from "./request-reader.ts";
import { startSocketServer } from "./socket-server.ts";

/** A request as it came, body and all. */
export interface UpstreamRequest extends WireRequest {
  /** The body as JSON; undefined when there was none. */
  body: unknown;
  /** Resolves when the connection is gone, whoever closed it. */
  closed: Promise<void>;
}

type Bytes = string | Uint8Array;

export interface UpstreamAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Each piece is a write of its own. A generator can wait in between for what a test does. */
  pieces: Iterable<Bytes> | AsyncIterable<Bytes>;
  /** `end` is proper; `cut` closes without the body's end; `reset` breaks the connection. */
  ending?: "end" | "cut" | "reset";
}

/** Writes its answer itself, byte for byte: for what no well-behaved server would send. */
export interface WireAnswer {
  wire: (socket: Socket, request: UpstreamRequest) => void | Promise<void>;
}

export type UpstreamScript = (
  request: UpstreamRequest,
  index: number,
) => UpstreamAnswer | WireAnswer;

export interface RawUpstream {
  /** As `http://127.0.0.1:40123`. */
  url: string;
  requests: UpstreamRequest[];
  /** How many connections were opened so far. */
  connections(): number;
  /** Gives a test server this upstream as its provider `openai`. */
  env: Record<string, string>;
  /** Sets what requests get from now on; the index counts from 0 again. */
  answer(script: UpstreamScript | UpstreamAnswer | WireAnswer): void;
  /** The last request's body as an object. */
  lastBody(): Record<string, unknown>;
  close(): Promise<void>;
}

/** Starts on a free port. Until it is told otherwise it answers everything with 500. */
export async function startRawUpstream(): Promise<RawUpstream> {
  const requests: UpstreamRequest[] = [];
  let script: UpstreamScript = () => ({ status: 500, pieces: ["{}"] });
  let index = 0;
  const server = await startSocketServer((socket) => {
    const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
    const reader = new RequestReader();
    // Goes on reading all the time, or the other side's leaving would stay unnoticed.
    socket.on("data", (bytes: Buffer) => {
      for (const wire of reader.push(bytes)) {
        const request = { ...wire, body: readJson(wire.text), closed };
        requests.push(request);
        const answer = script(request, index++);
        void ("wire" in answer ? answer.wire(socket, request) : send(socket, answer));
      }
    });
  });
  const { url, close } = server;
  return {
    url,
    requests,
    connections: () => server.connections,
    env: { OPENAI_API_KEY: "sk-upstream", OPENAI_BASE_URL: `${url}/v1` },
    answer(next) {
      index = 0;
      script = typeof next === "function" ? next : () => next;
    },
    lastBody: () => (requests.at(-1)?.body ?? {}) as Record<string, unknown>,
    close,
  };
}

/** A JSON answer. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}) {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    pieces: [JSON.stringify(body)],
  } satisfies UpstreamAnswer;
}

/** A stream of server-sent events, given as text in pieces of any cut. */
export function sse(
  pieces: UpstreamAnswer["pieces"],
  ending: UpstreamAnswer["ending"] = "end",
): UpstreamAnswer {
  return { headers: { "content-type": "text/event-stream" }, pieces, ending };
}

/** The first bytes at once, the rest when the promise resolves; either may be empty. */
export async function* gated(
  first: string,
  until: Promise<unknown>,
  rest = "",
): AsyncGenerator<string> {
  if (first !== "") yield first;
  await until;
  if (rest !== "") yield rest;
}

async function send(socket: Socket, answer: UpstreamAnswer): Promise<void> {
  const { status = 200, headers = {}, pieces, ending = "end" } = answer;
  const fields = { ...headers, "transfer-encoding": "chunked", connection: "close" };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} Status\r\n${lines.join("")}\r\n`);
  for await (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(httpChunk(piece));
  }
  if (ending === "reset") socket.resetAndDestroy();
  else if (ending === "cut") socket.end();
  else socket.end(HTTP_END);
}

const readJson = (text: string): unknown => (text === "" ? undefined : JSON.parse(text));
