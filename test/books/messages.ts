// What the upstream's process and the program that started it say to each other.

export type FromUpstream =
  | { port: number }
  /** It has the request of a client that waits for that to leave. */
  | { met: number }
  /** The tallies are in the file. */
  | { written: string; strangers: number };

export type ToUpstream =
  /** The client of this request has read what it waited for, or has left. */
  { hasRead: number } | { writeTo: string };
