// Finds the end of an HTTP/1.1 answer with as little work as possible: the load must not be the bottleneck.

const HEADER_END = "\r\n\r\n";
const CHUNKS_END = Buffer.from("0\r\n\r\n");

/** Reads one answer after the other of a connection. */
export class AnswerReader {
  status = 0;
  hasBody = false;
  isComplete = false;
  #head = "";
  /** Body bytes still to come; -1 when the body is chunked. */
  #left = 0;
  #last: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): void {
    const body = this.status === 0 ? this.#readHead(bytes) : bytes;
    if (body === null || body.length === 0) return;
    this.hasBody = true;
    if (this.#left >= 0) {
      this.#left -= body.length;
      this.isComplete = this.#left <= 0;
    } else {
      const { length } = CHUNKS_END;
      // The end can be cut in two by the packets.
      const tail =
        body.length >= length ? body.subarray(-length) : Buffer.concat([this.#last, body]);
      this.isComplete = tail.subarray(-length).equals(CHUNKS_END);
    }
    this.#last = Buffer.from(body.subarray(-200));
  }

  /** The end of the answer, for an error message. */
  text(): string {
    return this.#last.toString("utf8");
  }

  reset(): void {
    this.status = 0;
    this.hasBody = false;
    this.isComplete = false;
    this.#head = "";
  }

  /** Gives the part of the bytes that belongs to the body, or null while the header is not complete. */
  #readHead(bytes: Buffer): Buffer | null {
    this.#head += bytes.toString("latin1");
    const end = this.#head.indexOf(HEADER_END);
    if (end < 0) return null;
    const header = this.#head.slice(0, end);
    this.status = Number(header.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(header)?.[1];
    this.#left = length === undefined ? -1 : Number(length);
    return Buffer.from(this.#head.slice(end + HEADER_END.length), "latin1");
  }
}
