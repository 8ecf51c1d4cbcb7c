// Server-sent events: the framing of nearly all providers' streams.
import { createParser, type EventSourceParser } from "eventsource-parser";
import { upstreamError } from "../../base/errors.ts";
import type { EventDecoder, EventSink, Framing } from "./framing.ts";
import { EVENT_END, RunFinder } from "./plain-run.ts";

export interface SseEvent {
  /** The event's name; "" for most, which have none. */
  name: string;
  data: string;
}

/**
 * Comments, `id` and `retry` lines are dropped, and so are events with nothing in them, which some
 * providers send to keep the connection open. An event that the end of the body cuts short of its
 * blank line is still handed over. Where the events have a plain shape, those that come in it are
 * found in the text, and only the others are parsed.
 */
export const SSE: Framing<SseEvent> = {
  accept: "text/event-stream",
  open: (maxEventBytes) => new SseDecoder(maxEventBytes),
};

const MORE_COMES = { stream: true };

/** What a line of data begins with: the parser keeps it beside the data until the line is whole. */
const LINE_START = "data: ";

class SseDecoder implements EventDecoder<SseEvent> {
  readonly #text = new TextDecoder();
  readonly #parser: EventSourceParser;
  readonly #runs: RunFinder;
  #sink: EventSink<SseEvent> | null = null;
  #isTooLarge = false;
  /** The parser has half an event. */
  #isInEvent = true;
  /** The beginning of what may become a plain event, which the parser has not seen. */
  #begun = "";

  /** @param maxEventChars of an event's text in UTF-16 units, which are never more than its bytes */
  constructor(maxEventChars: number) {
    this.#runs = new RunFinder(maxEventChars);
    this.#parser = createParser({
      maxBufferSize: maxEventChars + LINE_START.length,
      onEvent: ({ event, data }) => {
        // The parser's own limit does not see an event that arrives whole in one read.
        this.#isTooLarge ||= data.length > maxEventChars;
        if (!this.#isTooLarge && data.trim() !== "") {
          this.#sink?.take({ name: event ?? "", data });
        }
      },
      onError: (error) => {
        this.#isTooLarge ||= error.type === "max-buffer-size-exceeded";
      },
    });
  }

  push(bytes: Uint8Array, sink: EventSink<SseEvent>): void {
    const more = this.#text.decode(bytes, MORE_COMES);
    if (sink.shape === undefined) {
      this.#parse(more, sink);
      return;
    }
    const text = this.#begun === "" ? more : this.#begun + more;
    this.#begun = "";
    for (let at = 0; at < text.length; ) {
      at = this.#readOn(text, at, sink);
    }
  }

  end(sink: EventSink<SseEvent>): void {
    // A last event may lack its blank line, and its last character may lack bytes.
    this.#parse(`${this.#begun}${this.#text.decode()}${EVENT_END}`, sink);
  }

  /** Reads a run of plain events or one other, whole or as far as it has come. Returns where it ends. */
  #readOn(text: string, at: number, sink: EventSink<SseEvent>): number {
    const { shape = null } = sink;
    if (shape !== null && !this.#isInEvent) {
      const run = this.#runs.find(text, at, shape);
      if (run !== null) {
        // What only looks like plain events is for the parser.
        if (run.plain === null) this.#parse(text.slice(at, run.end), sink);
        else sink.takeRun(run.plain);
        return run.end;
      }
      if (this.#runs.mayBegin(text, at, shape)) {
        this.#begun = text.slice(at);
        return text.length;
      }
    }
    const end = text.indexOf(EVENT_END, at);
    this.#isInEvent = end < 0;
    const next = end < 0 ? text.length : end + EVENT_END.length;
    this.#parse(text.slice(at, next), sink);
    return next;
  }

  #parse(text: string, sink: EventSink<SseEvent>): void {
    this.#sink = sink;
    this.#parser.feed(text);
    if (this.#isTooLarge) {
      throw upstreamError("The provider sent an event that is larger than the gateway accepts.");
    }
  }
}
