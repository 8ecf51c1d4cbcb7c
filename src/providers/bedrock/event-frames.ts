// AWS's binary event stream: bytes in any cut, whole events out.
import type { EventStreamCodec } from "@smithy/core/event-streams";
import { upstreamError } from "../../base/errors.ts";
import { asObject, type JsonObject, parseJson } from "../shared/json.ts";
import type { EventDecoder, EventSink, Framing } from "../transport/framing.ts";

/** Total length, length of the headers and the checksum of both. */
const PRELUDE_BYTES = 12;

/** The prelude and the checksum of the whole. */
const SMALLEST_FRAME_BYTES = PRELUDE_BYTES + 4;

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
  open: async (maxEventBytes) => new FrameReader(await loadCodec(), maxEventBytes),
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

// Loaded with the first stream: the module costs megabytes, which a server without Bedrock saves.
async function loadCodec(): Promise<EventStreamCodec> {
  const { EventStreamCodec: Codec } = await import("@smithy/core/event-streams");
  return new Codec(
    (input) => (typeof input === "string" ? input : decoder.decode(input)),
    (text) => encoder.encode(text),
  );
}

/** Puts frames together from what each read of the socket gave. */
export class FrameReader implements EventDecoder<BedrockEvent> {
  readonly #codec: EventStreamCodec;
  readonly #maxFrameBytes: number;
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  /** How many bytes make the next step possible: a prelude, then the frame that it announces. */
  #neededBytes = PRELUDE_BYTES;

  /** @param maxFrameBytes the largest frame that is accepted, its own overhead included */
  constructor(codec: EventStreamCodec, maxFrameBytes: number) {
    this.#codec = codec;
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
    const [only] = this.#parts;
    let rest: Uint8Array =
      this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
    this.#neededBytes = PRELUDE_BYTES;
    while (rest.byteLength >= this.#neededBytes) {
      const frameBytes = this.#readPrelude(rest);
      if (rest.byteLength < frameBytes) {
        this.#neededBytes = frameBytes;
        break;
      }
      sink.take(this.#decode(rest.subarray(0, frameBytes)));
      rest = rest.subarray(frameBytes);
    }
    this.#parts = rest.byteLength === 0 ? [] : [rest];
    this.#partBytes = rest.byteLength;
  }

  /** Half a frame is nothing: whether the answer is whole is for its reader to say. */
  end(): void {}

  /** The frame's length, believed only after its checksum: a damaged one would wait for ever. */
  #readPrelude(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, PRELUDE_BYTES);
    if (Bun.hash.crc32(bytes.subarray(0, 8)) !== view.getUint32(8)) {
      throw damaged();
    }
    const frameBytes = view.getUint32(0);
    if (frameBytes < SMALLEST_FRAME_BYTES) {
      throw damaged();
    }
    if (frameBytes > this.#maxFrameBytes) {
      throw upstreamError("The provider sent an event that is larger than the gateway accepts.");
    }
    return frameBytes;
  }

  #decode(frame: Uint8Array): BedrockEvent {
    let message: ReturnType<EventStreamCodec["decode"]>;
    try {
      message = this.#codec.decode(frame);
    } catch (error) {
      throw damaged(error);
    }
    const header = (name: string): string | null => {
      const value = message.headers[name]?.value;
      return typeof value === "string" ? value : null;
    };
    const payload = asObject(parseJson(new TextDecoder().decode(message.body)));
    if (header(":message-type") === "error") {
      // A fault of the transport itself, which has its text in the headers.
      const code = header(":error-code") ?? "";
      return { kind: "exception", type: code, payload: { message: header(":error-message") } };
    }
    const exception = header(":exception-type");
    return exception === null
      ? { kind: "event", type: header(":event-type") ?? "", payload }
      : { kind: "exception", type: exception, payload };
  }
}

function damaged(cause?: unknown) {
  return upstreamError("The provider sent a damaged event.", { cause });
}
