// How the upstream answers one request, as data: the text with what it tells, and how it ends.
import type { Plan } from "../plan.ts";
import type { Usage } from "../price.ts";

/** A piece of an answer's body. What it tells counts once all of its bytes are written. */
export interface Part {
  text: string;
  /** Usage that stands in it. */
  usage?: Usage;
  /** Whether that usage is the whole answer's. */
  isFinal?: boolean;
  /** Bytes of produced text in it. */
  outputBytes?: number;
}

export interface Script {
  status: number;
  contentType: string;
  parts: readonly Part[];
  /**
   * `end` is proper; `cut` closes without the body's end, `reset` breaks the connection; `silence` waits for the
   * other side to leave.
   */
  ending: Ending;
  /** Whether the ending waits until the client tells that it has read. */
  endsWhenRead: boolean;
  /** After so many of its parts it waits until the client tells that it has left; null where it does not wait. */
  heldAfter: number | null;
  /** False: it ends before even the status. */
  hasHead: boolean;
}

export type Ending = "end" | "cut" | "reset" | "silence";

/** What a dialect makes of a plan. */
export interface Dialect {
  /** The answer as one JSON document. */
  whole(plan: Plan, usage: Usage): Part;
  /** The answer's events in order. */
  events(plan: Plan, usage: Usage): Event[];
  errorBody(kind: ErrorKind): string;
  /** An error as an event of a stream. */
  errorEvent(kind: ErrorKind): Event;
  /** A stream, or a document, without an answer in it. */
  emptyStream: readonly Event[];
  emptyWhole: string;
}

export interface Event extends Omit<Part, "text"> {
  name?: string;
  data: string;
  role: "start" | "text" | "finish" | "usage" | "last";
}

export type ErrorKind = "overloaded" | "invalid" | "rate" | "server";
export const ERROR_KINDS: readonly ErrorKind[] = ["overloaded", "invalid", "rate", "server"];
