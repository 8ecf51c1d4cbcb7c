// Reads HTTP/1.1 requests with a content length off a connection, one after the other.

const HEAD_END = "\r\n\r\n";

export interface WireRequest {
  method: string;
  /** With its query. */
  path: string;
  /** By lower-case name. */
  headers: Record<string, string>;
  /** The body. */
  text: string;
}

export class RequestReader {
  #received: Buffer = Buffer.alloc(0);

  /** Takes bytes, and returns the requests that they complete. */
  push(bytes: Buffer): WireRequest[] {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const requests: WireRequest[] = [];
    for (let one = this.#next(); one !== null; one = this.#next()) requests.push(one);
    return requests;
  }

  #next(): WireRequest | null {
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return null;
    const head = readHead(this.#received.toString("latin1", 0, headEnd));
    const start = headEnd + HEAD_END.length;
    const end = start + Number(head.headers["content-length"] ?? 0);
    if (this.#received.length < end) return null;
    const text = this.#received.toString("utf8", start, end);
    this.#received = this.#received.subarray(end);
    return { ...head, text };
  }
}

function readHead(head: string): Omit<WireRequest, "text"> {
  const [requestLine = "", ...lines] = head.split("\r\n");
  const [method = "", path = ""] = requestLine.split(" ");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method, path, headers };
}
