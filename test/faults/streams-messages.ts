// What the processes of the open streams tell each other.

/** What the provider knows of its side. */
export interface UpstreamState {
  /** Streams that get a word now and then, and are open. */
  steady: number;
  /** Streams that are flooded, and are open. */
  flooded: number;
  /** Words that steady streams were sent so far, together. */
  words: number;
  /** Bytes that all floods together could write before they had to wait. */
  floodBytes: number;
}

/** `finish` brings each steady stream to its proper end. */
export type UpstreamCommand = "state" | "finish";

/** What the clients have seen. */
export interface CrowdState {
  /** Steady streams that have come to their proper end. */
  done: number;
  /** Steady streams whose connection went away before it. */
  broken: number;
  /** Words that came to steady streams so far, together. */
  words: number;
  /** The longest that a stream waited for its first word, in milliseconds. */
  slowestFirstMs: number;
  /** The longest that a steady stream was, or is, without a word after its first one. */
  slowestWordMs: number;
}

/** What a stream is: one that gets its words, or one that is flooded and not read. */
export type StreamKind = "steady" | "flood";

/** `open` is answered when each of the new streams has its first word. */
export type CrowdCommand = { open: number; kind: StreamKind } | "state";

/** A word as the provider sends it; nothing else on the wire holds it. */
export const WORD = "w0rd";
