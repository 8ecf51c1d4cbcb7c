// Reads a whole response body as text, up to a limit: answers without streaming, and error bodies.
import { upstreamError } from "../../base/errors.ts";
import { BROKEN_OFF, type BytesReader, bytesOf, STOPPED_SENDING } from "./body-reader.ts";
import { connectionError } from "./connection-error.ts";
import type { UpstreamGuard } from "./guard.ts";

/** An error's text beyond this says nothing more; the rest is not read. */
const ERROR_BODY_BYTES = 65_536;

/**
 * A body of at most this many bytes is read in one go where its length is said before it: whoever knows the length has
 * the answer, so that all of it comes at once.
 */
const ONE_READ_BYTES = 65_536;

/** A refused call must not wait long for the explanation: the status alone has to do then. */
const ERROR_BODY_MS = 5_000;

export interface BodyLimits {
  /** The largest body that is accepted, in bytes after decompression. */
  maxBytes: number;
  /** The most that may pass between two reads, in milliseconds. */
  betweenChunksMs: number;
}

/**
 * Reads the whole body as UTF-8 text.
 * @throws ApiError 502 when it is larger than the limit or breaks off, 504 past a deadline; the
 * client's reason on its abort. The rest of an unwanted body is cancelled.
 */
export function readBody(
  response: Response,
  guard: UpstreamGuard,
  limits: BodyLimits,
): Promise<string> {
  return lengthOf(response) <= Math.min(limits.maxBytes, ONE_READ_BYTES)
    ? readAtOnce(response, guard, limits.betweenChunksMs)
    : readInReads(response, guard, limits);
}

async function readInReads(
  response: Response,
  guard: UpstreamGuard,
  { maxBytes, betweenChunksMs }: BodyLimits,
): Promise<string> {
  const reader = bytesOf(response, guard, betweenChunksMs);
  const { text, whole } = await collect(reader, maxBytes);
  if (!whole) {
    throw upstreamError("The provider's answer is larger than the gateway accepts.");
  }
  return text;
}

/** The body's length where its head says it; Infinity where that is not known, as of one that was unpacked. */
function lengthOf({ headers }: Response): number {
  const length = headers.get("content-length");
  return length !== null && WHOLE_NUMBER.test(length) ? Number(length) : Number.POSITIVE_INFINITY;
}

const WHOLE_NUMBER = /^\d+$/;

/** The answer has begun with its head. It is held to that length by Bun, which throws when the body is shorter. */
async function readAtOnce(
  response: Response,
  guard: UpstreamGuard,
  withinMs: number,
): Promise<string> {
  guard.throwIfEnded();
  guard.arm(withinMs, STOPPED_SENDING);
  try {
    const text = await response.text();
    guard.throwIfEnded();
    return text;
  } catch (error) {
    throw connectionError(error, guard, BROKEN_OFF);
  } finally {
    guard.disarm();
  }
}

/**
 * Reads what an error answer says, as far as that is quick: at most {@link ERROR_BODY_BYTES} bytes
 * within {@link ERROR_BODY_MS} milliseconds, the rest cancelled. A body that breaks off counts as
 * empty, since the status is what matters.
 * @throws the client's reason on its abort; nothing else.
 */
export async function readErrorBody(
  response: Response,
  guard: UpstreamGuard,
  client: AbortSignal,
): Promise<string> {
  const reader = bytesOf(response, guard, Number.POSITIVE_INFINITY);
  // One deadline for all of it, so that a body that drips cannot hold the caller up.
  const giveUp = () => reader.cancel();
  try {
    return await guard.optional(
      ERROR_BODY_MS,
      giveUp,
      async () => (await collect(reader, ERROR_BODY_BYTES)).text,
    );
  } catch {
    client.throwIfAborted();
    return "";
  }
}

/**
 * Reads up to `maxBytes`; `whole` is false when the body went on, and then the rest is cancelled.
 */
async function collect(
  reader: BytesReader,
  maxBytes: number,
): Promise<{ text: string; whole: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (let chunk = await reader.next(); chunk !== null; chunk = await reader.next()) {
      bytes += chunk.byteLength;
      chunks.push(chunk);
      if (bytes > maxBytes) {
        return { text: decode(chunks).slice(0, maxBytes), whole: false };
      }
    }
    return { text: decode(chunks), whole: true };
  } finally {
    reader.cancel();
  }
}

// Joined before decoding, as a character may lie across two chunks.
function decode(chunks: Uint8Array[]): string {
  const [only] = chunks;
  const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  return UTF8.decode(bytes);
}

const UTF8 = new TextDecoder();
