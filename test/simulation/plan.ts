// A run's plan: all that is left to chance, as plain data. chance.ts makes them from a seed.

/** What a provider reports; figures beyond all limits stand for a provider gone mad. */
export interface UsagePlan {
  prompt: number;
  completion: number;
  cached: number;
  reasoning: number;
  isFinal: boolean;
}

export interface PiecePlan {
  /** After the piece before, or after the call. */
  delayMs: number;
  chars: number;
  isReasoning: boolean;
  usage: UsagePlan | null;
}

/** How a provider answers one call. A whole answer is all the pieces at once, with the last usage. */
export interface ScriptPlan {
  pieces: PiecePlan[];
  /** `refuse` is what the adapter itself cannot express; `reject` is a 400 of the provider's. */
  end: "end" | "fail" | "refuse" | "reject" | "hang";
  endDelayMs: number;
  /** How often the provider refuses for the moment before that. */
  refusals: number;
  /** What it says of the next try: nothing, a pause, or that none helps. */
  refusalHint: "none" | "soon" | "much later" | "no use";
  /** How long the provider goes on after its call was aborted. */
  abortLagMs: number;
}

/** In which order a server meets a client's leaving: the signal, and the end of the reading. */
export type LeavePlan = "abort" | "abort, return" | "return, abort";

export interface ClientPlan {
  /** After its request; null waits for the end. */
  leaveAfterMs: number | null;
  leaves: LeavePlan;
  /** Between two reads of a stream. */
  readDelayMs: number;
  /** Reads so many events and then stalls, until the server's idle timeout. */
  stallAfter: number | null;
}

export interface RequestPlan {
  atMs: number;
  account: number;
  model: number;
  stream: boolean;
  wantsUsage: boolean;
  promptChars: number;
  maxTokens: number | null;
  choices: number;
  /** Which of the account's idempotency keys it comes under, or none. */
  key: number | null;
  script: ScriptPlan;
  client: ClientPlan;
}

export type Code = "SQLITE_BUSY" | "SQLITE_FULL" | "SQLITE_IOERR" | "SQLITE_READONLY";
export type Stage = "begin" | "statement" | "commit";

export interface FaultPlan {
  /** The first write that it meets, counted from the run's start, or the time from which it lasts. */
  from: { write: number } | { atMs: number; forMs: number };
  stage: Stage;
  code: Code;
  /** Which statement of the transaction, counted from 0. */
  statement: number;
  /** SQLite rolls back by itself after some errors. */
  rollsBack: boolean;
  /** A refused commit that a crash brings to life, see store.ts. */
  revives: boolean;
}

export interface KillPlan {
  from: { write: number; stage: Stage | "committed"; statement: number } | { atMs: number };
  /** Until the next process starts. */
  downMs: number;
}

/** What else happens to a house. */
export type HappeningPlan =
  | { kind: "grant"; atMs: number; account: number; amountMicro: number }
  | { kind: "refund"; atMs: number; request: number; amountMicro: number | null }
  | { kind: "adjustment"; atMs: number; account: number; amountMicro: number }
  | { kind: "price change"; atMs: number }
  | { kind: "wall clock steps"; atMs: number; byMs: number }
  | { kind: "stall"; atMs: number; forMs: number }
  | { kind: "stop"; atMs: number; downMs: number };

export interface Plan {
  /** What each account has at first, in micro-dollars. */
  creditMicro: number[];
  commitQueue: number;
  /** How long counting tokens takes. */
  countDelayMs: number;
  requests: RequestPlan[];
  faults: FaultPlan[];
  kills: KillPlan[];
  happenings: HappeningPlan[];
  ties: number[];
}
