// How a stream's bytes are cut into events: what the transport needs to know of a format.

/** Turns bytes in any cut into whole events. One decoder reads one stream. */
export interface EventDecoder<Event> {
  /**
   * The events that these bytes complete.
   * @throws ApiError 502 when one is damaged or larger than the limit
   */
  push(bytes: Uint8Array): Event[];
  /** What the end of the body leaves: an event that was cut short of its last line, say. */
  end(): Event[];
}

export interface Framing<Event> {
  /** The `accept` header of a call for a stream. */
  accept: string;
  /** @param maxEventBytes the largest event that is accepted */
  open(maxEventBytes: number): EventDecoder<Event> | Promise<EventDecoder<Event>>;
}
