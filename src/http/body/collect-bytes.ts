// Reads a request's bytes within a size and a deadline.
import { systemDeadlines } from "../../base/deadlines.ts";
import { ApiError, invalidRequest } from "../../base/errors.ts";
import type { BodyReading } from "./read-body.ts";

type Reading = Pick<BodyReading, "limits" | "onLength">;
type Limits = Pick<BodyReading["limits"], "bodyBytes" | "bodyTimeoutMs">;

/**
 * Bodies of this declared size and below are read in one call: the most that a slow client can make
 * wait in memory.
 */
const WHOLE_READ_BYTES = 1_048_576;

/**
 * Returns the whole body.
 * @throws ApiError 413 above `bodyBytes` (at once where `content-length` says so), 408 after
 * `bodyTimeoutMs`, 400 when the client stops sending; and what `onLength` throws.
 */
export function collectBytes(request: Request, reading: Reading): Promise<Uint8Array> {
  const { limits, onLength } = reading;
  const declared = declaredLength(request.headers);
  if (declared === null) return readStream(request, limits, new Pile(WHOLE_READ_BYTES), onLength);
  if (declared > limits.bodyBytes) throw tooLarge(limits);
  const allowed = onLength(declared);
  if (allowed === undefined) return readDeclared(request, declared, limits);
  return allowed.then(() => readDeclared(request, declared, limits));
}

/** The server lets no more come than was declared. */
function readDeclared(request: Request, bytes: number, limits: Limits): Promise<Uint8Array> {
  // Before `body` is named at all: that alone makes Bun build a stream, which a small request does not need.
  if (bytes <= WHOLE_READ_BYTES) return readWhole(request, limits);
  return readStream(request, limits, new Pile(bytes), () => undefined);
}

/** Settled by hand: a race of promises costs more than all the rest of a small body. */
function readWhole(request: Request, limits: Limits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const deadline = systemDeadlines.after(limits.bodyTimeoutMs, () => reject(tooSlow(limits)));
    request.bytes().then(
      (bytes) => {
        deadline.clear();
        resolve(bytes);
      },
      () => {
        deadline.clear();
        reject(cutShort());
      },
    );
  });
}

async function readStream(
  { body }: Request,
  limits: Limits,
  pile: Pile,
  onLength: BodyReading["onLength"],
): Promise<Uint8Array> {
  if (body === null) return new Uint8Array(0);
  const reader = body.getReader();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    // Ends the read that waits; a failure to cancel changes nothing for the caller.
    reader.cancel().catch(() => undefined);
  }, limits.bodyTimeoutMs);
  try {
    let size = 0;
    while (true) {
      const { done, value } = await reader.read();
      if (timedOut) throw tooSlow(limits);
      if (done) return pile.whole();
      size += value.byteLength;
      if (size > limits.bodyBytes) throw tooLarge(limits);
      await onLength(size);
      pile.add(value);
    }
  } catch (error) {
    reader.cancel().catch(() => undefined);
    throw error instanceof ApiError ? error : cutShort();
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Copies pieces into blocks, so that a body sent byte by byte costs its size and no object per byte, and a large one is
 * never moved while it grows. Memory of a block is taken as it is filled.
 */
class Pile {
  readonly #full: Uint8Array[] = [];
  #block: Uint8Array;
  #used = 0;

  /** @param firstBytes the first block's size: the whole body's where that is known */
  constructor(firstBytes: number) {
    this.#block = new Uint8Array(firstBytes);
  }

  add(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.byteLength > 0) {
      if (this.#used === this.#block.byteLength) {
        this.#full.push(this.#block);
        this.#block = new Uint8Array(WHOLE_READ_BYTES);
        this.#used = 0;
      }
      const fitting = rest.subarray(0, this.#block.byteLength - this.#used);
      this.#block.set(fitting, this.#used);
      this.#used += fitting.byteLength;
      rest = rest.subarray(fitting.byteLength);
    }
  }

  whole(): Uint8Array {
    const last = this.#block.subarray(0, this.#used);
    return this.#full.length === 0 ? last : Buffer.concat([...this.#full, last]);
  }
}

function declaredLength(headers: Headers): number | null {
  const text = headers.get("content-length");
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

const tooLarge = (limits: Limits): ApiError =>
  new ApiError({
    status: 413,
    type: "invalid_request_error",
    code: "request_too_large",
    message: `The request body is too large: at most ${limits.bodyBytes} bytes.`,
  });

const tooSlow = (limits: Limits): ApiError =>
  new ApiError({
    status: 408,
    type: "invalid_request_error",
    code: "request_timeout",
    message: `The request body did not arrive within ${limits.bodyTimeoutMs} ms.`,
  });

const cutShort = (): ApiError =>
  invalidRequest("The request body ended before it was complete.", null);
