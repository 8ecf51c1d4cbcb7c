// Reads an HTTP/1.1 answer off a connection, whatever its framing, and knows when it is whole.

const HEAD_END = "\r\n\r\n";

export class HttpAnswer {
  status = 0;
  headers = new Headers();
  /** The body so far. */
  text = "";
  isWhole = false;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of the body or the chunk still to come; null where a chunk's size is to come. */
  #left: number | null = null;
  #isChunked = false;
  #decoder = new TextDecoder();

  push(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    if (this.status === 0 && !this.#readHead()) return;
    if (this.#isChunked) while (!this.isWhole && this.#readChunk());
    else this.#readBody();
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf(HEAD_END);
    if (end < 0) return false;
    const [statusLine = "", ...lines] = this.#rest.toString("latin1", 0, end).split("\r\n");
    this.status = Number(statusLine.split(" ")[1]);
    for (const line of lines) {
      const colon = line.indexOf(":");
      this.headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    this.#isChunked = this.headers.get("transfer-encoding") === "chunked";
    this.#left = this.#isChunked ? null : Number(this.headers.get("content-length") ?? 0);
    this.#rest = this.#rest.subarray(end + HEAD_END.length);
    return true;
  }

  #readBody(): void {
    this.#left = (this.#left ?? 0) - this.#rest.length;
    this.#take(this.#rest.length);
    this.isWhole = this.#left <= 0;
  }

  /** False when more bytes are needed. */
  #readChunk(): boolean {
    if (this.#left === null) {
      const end = this.#rest.indexOf("\r\n");
      if (end < 0) return false;
      this.#left = Number.parseInt(this.#rest.toString("latin1", 0, end), 16);
      this.#rest = this.#rest.subarray(end + 2);
    }
    // The line end after it belongs to the chunk.
    if (this.#rest.length < this.#left + 2) return false;
    this.isWhole = this.#left === 0;
    this.#take(this.#left);
    this.#rest = this.#rest.subarray(2);
    this.#left = null;
    return true;
  }

  #take(length: number): void {
    this.text += this.#decoder.decode(this.#rest.subarray(0, length), { stream: true });
    this.#rest = this.#rest.subarray(length);
  }
}
