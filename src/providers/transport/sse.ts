// Server-sent events: the framing of nearly all providers' streams.
import { createParser } from "eventsource-parser";
import { upstreamError } from "../../base/errors.ts";
import type { EventDecoder, Framing } from "./framing.ts";

export interface SseEvent {
  /** The event's name; "" for most, which have none. */
  name: string;
  data: string;
}

/**
 * Comments, `id` and `retry` lines are dropped, and so are events with nothing in them, which some
 * providers send to keep the connection open. An event that the end of the body cuts short of its
 * blank line is still given.
 */
export const SSE: Framing<SseEvent> = { accept: "text/event-stream", open: openDecoder };

/** What a line of data begins with: the parser keeps it beside the data until the line is whole. */
const LINE_START = "data: ";

/** @param maxEventBytes in UTF-16 units of an event's text, which are never more than its bytes */
function openDecoder(maxEventBytes: number): EventDecoder<SseEvent> {
  const text = new TextDecoder();
  let events: SseEvent[] = [];
  let tooLarge = false;
  const parser = createParser({
    maxBufferSize: maxEventBytes + LINE_START.length,
    onEvent: ({ event, data }) => {
      // The parser's own limit does not see an event that arrives whole in one read.
      tooLarge ||= data.length > maxEventBytes;
      if (data.trim() !== "") {
        events.push({ name: event ?? "", data });
      }
    },
    onError: (error) => {
      tooLarge ||= error.type === "max-buffer-size-exceeded";
    },
  });
  const feed = (piece: string): SseEvent[] => {
    events = [];
    parser.feed(piece);
    if (tooLarge) {
      throw upstreamError("The provider sent an event that is larger than the gateway accepts.");
    }
    return events;
  };
  return {
    push: (bytes) => feed(text.decode(bytes, { stream: true })),
    // A last event may lack its blank line, and its last character may lack bytes.
    end: () => feed(`${text.decode()}\n\n`),
  };
}
