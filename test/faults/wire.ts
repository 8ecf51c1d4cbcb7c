// Answers as exact bytes, with the framing that a test wants, and what becomes of the connection.
import type { Socket } from "node:net";
import { concat, HTTP_END, httpChunk } from "../support/http-bytes.ts";
import type { WireAnswer } from "../support/raw-upstream.ts";

export type Framing = "content-length" | "chunked" | "until-close";

/** What a provider does once it has written its bytes. */
export type Then = "fin" | "reset" | "hold";

interface HeadOptions {
  statusLine?: string;
  headers?: Record<string, string>;
}

const JSON_TYPE = { "content-type": "application/json" };
export const SSE_TYPE = { "content-type": "text/event-stream" };

/** Says that the connection is not for another call, or one could be on its way when it ends. */
export const CLOSING = { connection: "close" };

/** The head of an answer, with the blank line. */
export function headBytes({ statusLine = "HTTP/1.1 200 OK", headers = JSON_TYPE }: HeadOptions) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${statusLine}\r\n${lines.join("")}\r\n`);
}

/** A whole answer in one of the ways in which HTTP tells a body's end; one chunk when chunked. */
export function answerBytes(
  body: string | Uint8Array,
  framing: Framing,
  options: HeadOptions = {},
): Buffer {
  const bytes = Buffer.from(body);
  const headers = { ...(options.headers ?? JSON_TYPE), ...framingHeader(framing, bytes.length) };
  const head = headBytes({ ...options, headers });
  return Buffer.concat([head, framing === "chunked" ? chunkedBytes([bytes]) : bytes]);
}

function framingHeader(framing: Framing, length: number): Record<string, string> {
  if (framing === "content-length") return { "content-length": `${length}` };
  return framing === "chunked" ? { "transfer-encoding": "chunked" } : { connection: "close" };
}

const chunkedBytes = (pieces: Uint8Array[]) => concat(...pieces.map(httpChunk), HTTP_END);

/** Writes these bytes at once. */
export function sends(bytes: string | Uint8Array, then: Then): WireAnswer {
  return {
    wire(socket) {
      // An empty write would be none, and its callback would come all the same.
      if (bytes.length > 0) socket.write(bytes);
      finish(socket, then);
    },
  };
}

/** Writes the first bytes at once, and the rest when the promise has resolved. */
export function sendsGated(
  first: Uint8Array,
  until: Promise<unknown>,
  rest: Uint8Array,
  then: Then,
): WireAnswer {
  return {
    async wire(socket, request) {
      socket.write(first);
      await until;
      await sends(rest, then).wire(socket, request);
    },
  };
}

/** Writes each piece alone, with a turn of the event loop in between; stops when nobody reads. */
export function trickles(pieces: Iterable<string | Uint8Array>, then: Then): WireAnswer {
  return {
    async wire(socket) {
      socket.setNoDelay(true);
      for (const piece of pieces) {
        if (socket.destroyed) return;
        if (!socket.write(piece)) await drained(socket);
        await new Promise((resolve) => setImmediate(resolve));
      }
      finish(socket, then);
    },
  };
}

function finish(socket: Socket, then: Then): void {
  if (then === "fin") socket.end();
  if (then === "reset") socket.resetAndDestroy();
}

/** Resolves when more can be written, or nothing ever again. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}
