// HTTP/1.1 as bytes: for answers that are written by hand.

/** The head of a stream of server-sent events, whose body comes in chunks. */
export const SSE_HEAD =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/** One chunk of a body that comes in chunks. */
export function httpChunk(bytes: string | Uint8Array): Buffer {
  const body = Buffer.from(bytes);
  return concat(`${body.length.toString(16)}\r\n`, body, "\r\n");
}

/** The end of a body that comes in chunks. */
export const HTTP_END = "0\r\n\r\n";

export const concat = (...parts: (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part)));
