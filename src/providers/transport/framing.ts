// How a stream's bytes are cut into events: what the transport needs to know of a format.
import type { PlainRun, PlainShape } from "../protocol.ts";

/** Takes the events of one stream in order. */
export interface EventSink<Event> {
  take(event: Event): void;
  /** Null until a plain event has come, and where none may follow; undefined where none ever comes. */
  readonly shape: PlainShape | null | undefined;
  /** Takes events of that shape: they say nothing but their texts. */
  takeRun(run: PlainRun): void;
}

/** Turns bytes in any cut into whole events. One decoder reads one stream. */
export interface EventDecoder<Event> {
  /**
   * Hands over the events that these bytes complete.
   * @throws ApiError 502 when one is damaged or larger than the limit, after those before it
   */
  push(bytes: Uint8Array, sink: EventSink<Event>): void;
  /** The same for what the end of the body leaves: an event that was cut short of its last line, say. */
  end(sink: EventSink<Event>): void;
}

export interface Framing<Event> {
  /** The `accept` header of a call for a stream. */
  accept: string;
  /** @param maxEventBytes the largest event that is accepted */
  open(maxEventBytes: number): EventDecoder<Event> | Promise<EventDecoder<Event>>;
}
