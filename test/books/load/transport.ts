// What the two ways of sending a request have in common.

export interface OutgoingRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface Answer {
  /** 0 when not even that came. */
  status: number;
  headers: Headers;
  text: string;
  /** Whether the body came to its proper end. */
  isWhole: boolean;
}

export interface Watch {
  /** Aborts when the client is to leave. */
  signal: AbortSignal;
  /** Told of the body so far. */
  onText: (text: string) => void;
  /** Reads in small sips, with pauses. */
  slowly: boolean;
  /** Closes its half of the connection after the request. */
  halfCloses: boolean;
}

export type Transport = (request: OutgoingRequest, watch: Watch) => Promise<Answer>;

export const NO_ANSWER: Answer = { status: 0, headers: new Headers(), text: "", isWhole: false };

/** Between two sips of a slow reader. */
export const SIP_PAUSE_MS = 3;
