// Reads HTTP/1.1 requests with a content length off a connection, one after the other.

const HEAD_END = "\r\n\r\n";

export class RequestReader {
  #received: Buffer = Buffer.alloc(0);

  /** Takes bytes, and gives the bodies that they complete. */
  push(bytes: Buffer): string[] {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const bodies: string[] = [];
    for (let body = this.#next(); body !== null; body = this.#next()) bodies.push(body);
    return bodies;
  }

  #next(): string | null {
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return null;
    const head = this.#received.toString("latin1", 0, headEnd);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    const start = headEnd + HEAD_END.length;
    if (this.#received.length < start + length) return null;
    const body = this.#received.toString("utf8", start, start + length);
    this.#received = this.#received.subarray(start + length);
    return body;
  }
}
