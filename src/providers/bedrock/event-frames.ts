// AWS's binary event stream: bytes in any cut, whole events out.
import { upstreamError } from "../../base/errors.ts";
import { asObject, type JsonObject, parseJson } from "../shared/json.ts";
import type { EventDecoder, EventSink, Framing } from "../transport/framing.ts";

/** Total length, length of the headers and the checksum of both. */
const PRELUDE_BYTES = 12;

const CHECKSUM_BYTES = 4;

/** The prelude and the checksum of the whole. */
const SMALLEST_FRAME_BYTES = PRELUDE_BYTES + CHECKSUM_BYTES;

/** One message of the stream. */
export interface BedrockEvent {
  /** `event` for the answer's chunks; an exception ends the stream. */
  kind: "event" | "exception";
  /** As `contentBlockDelta`, or an exception's name as `throttlingException`. */
  type: string;
  payload: JsonObject;
}

export const AWS_EVENTS: Framing<BedrockEvent> = {
  accept: "application/vnd.amazon.eventstream",
  open: (maxEventBytes) => new FrameReader(maxEventBytes),
};

/** Puts frames together from what each read of the socket gave. */
export class FrameReader implements EventDecoder<BedrockEvent> {
  readonly #maxFrameBytes: number;
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  /** How many bytes make the next step possible: a prelude, then the frame that it announces. */
  #neededBytes = PRELUDE_BYTES;
  /** The last frame's headers, as they came and as they read: those of most frames are the same. */
  #headerBytes = Buffer.alloc(0);
  #headers: Headers = new Map();

  /** @param maxFrameBytes the largest frame that is accepted, its own overhead included */
  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /**
   * Hands over the events that these bytes complete.
   * @throws ApiError 502 for a damaged or too large frame, after those before it
   */
  push(bytes: Uint8Array, sink: Pick<EventSink<BedrockEvent>, "take">): void {
    this.#parts.push(bytes);
    this.#partBytes += bytes.byteLength;
    // Joined only once there is enough, so that a frame in many small reads costs one copy.
    if (this.#partBytes < this.#neededBytes) {
      return;
    }
    const all = this.#joined();
    let at = 0;
    this.#neededBytes = PRELUDE_BYTES;
    while (all.length - at >= this.#neededBytes) {
      const frameBytes = this.#frameBytesAt(all, at);
      if (all.length - at < frameBytes) {
        this.#neededBytes = frameBytes;
        break;
      }
      sink.take(this.#readFrame(all, at, at + frameBytes));
      at += frameBytes;
    }
    this.#partBytes = all.length - at;
    this.#parts = this.#partBytes === 0 ? [] : [all.subarray(at)];
  }

  /** Half a frame is nothing: whether the answer is whole is for its reader to say. */
  end(): void {}

  #joined(): Buffer {
    const [only] = this.#parts;
    if (this.#parts.length > 1 || only === undefined) return Buffer.concat(this.#parts);
    return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  }

  /** The frame's length, believed only after its checksum: a damaged one would wait for ever. */
  #frameBytesAt(bytes: Buffer, at: number): number {
    if (Bun.hash.crc32(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8)) {
      throw damaged();
    }
    const frameBytes = bytes.readUInt32BE(at);
    if (frameBytes < SMALLEST_FRAME_BYTES) {
      throw damaged();
    }
    if (frameBytes > this.#maxFrameBytes) {
      throw upstreamError("The provider sent an event that is larger than the gateway accepts.");
    }
    return frameBytes;
  }

  /** Reads the frame that stands there, whose prelude was checked. @throws ApiError 502 when it is damaged */
  #readFrame(bytes: Buffer, at: number, end: number): BedrockEvent {
    const bodyEnd = end - CHECKSUM_BYTES;
    const bodyStart = at + PRELUDE_BYTES + bytes.readUInt32BE(at + 4);
    const isSound = Bun.hash.crc32(bytes.subarray(at, bodyEnd)) === bytes.readUInt32BE(bodyEnd);
    if (!isSound || bodyStart > bodyEnd) {
      throw damaged();
    }
    const headers = this.#readHeaders(bytes, at + PRELUDE_BYTES, bodyStart);
    return eventOf(headers, bytes.toString("utf8", bodyStart, bodyEnd));
  }

  #readHeaders(bytes: Buffer, from: number, end: number): Headers {
    const last = this.#headerBytes;
    if (last.compare(bytes, from, end) !== 0) {
      this.#headers = readHeaders(bytes, from, end);
      // A copy, so that it does not keep the whole read.
      this.#headerBytes = Buffer.from(bytes.subarray(from, end));
    }
    return this.#headers;
  }
}

type Headers = ReadonlyMap<string, string>;

function eventOf(headers: Headers, body: string): BedrockEvent {
  if (headers.get(":message-type") === "error") {
    // A fault of the transport itself, which has its text in the headers.
    const payload = { message: headers.get(":error-message") ?? null };
    return { kind: "exception", type: headers.get(":error-code") ?? "", payload };
  }
  const payload = asObject(parseJson(body));
  const exception = headers.get(":exception-type");
  return exception === undefined
    ? { kind: "event", type: headers.get(":event-type") ?? "", payload }
    : { kind: "exception", type: exception, payload };
}

/** A header's type is a number: that of texts, and how many bytes the value of each other takes. */
const TEXT = 7;
const OF_GIVEN_LENGTH = 6;
const VALUE_BYTES = [0, 0, 1, 2, 4, 8, null, null, 8, 16];

/** The headers that are texts, as all are that say something here. @throws ApiError 502 when they are damaged */
function readHeaders(bytes: Buffer, from: number, end: number): Headers {
  const texts = new Map<string, string>();
  let at = from;
  while (at < end) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    // One name, one type and one length stand at least before the frame's checksum.
    if (nameEnd >= end) throw damaged();
    const type = bytes.readUInt8(nameEnd);
    const hasLength = type === TEXT || type === OF_GIVEN_LENGTH;
    const valueAt = nameEnd + (hasLength ? 3 : 1);
    const valueBytes = hasLength ? bytes.readUInt16BE(nameEnd + 1) : VALUE_BYTES[type];
    if (valueBytes === null || valueBytes === undefined || valueAt + valueBytes > end) {
      throw damaged();
    }
    if (type === TEXT) {
      const name = bytes.toString("utf8", at + 1, nameEnd);
      texts.set(name, bytes.toString("utf8", valueAt, valueAt + valueBytes));
    }
    at = valueAt + valueBytes;
  }
  return texts;
}

const damaged = () => upstreamError("The provider sent a damaged event.");
