// What the server and the commands have promised so far in a run: what no crash may break.
import type { RequestPlan } from "./plan.ts";

/** The server said something that it must not say. */
export class BrokenPromise extends Error {
  override readonly name = "BrokenPromise";
}

/** A key that the operator was given. */
export interface MadeKey {
  id: string;
  secret: string;
}

/** What answers have said of the books. */
export interface Answers {
  /** The final figure that a client was told, in micro-dollars, by request id. */
  told: Map<string, number>;
  /** Requests that were answered with an error, which cost nothing. */
  refused: Set<string>;
  /** Requests that were answered with the answer of an earlier one: they are in no book. */
  replayed: Set<string>;
}

/** An answer that a client has in whole. */
export interface WholeAnswer {
  /** The request that was charged for it. */
  requestId: string;
  text: string;
}

/** What a client remembers of an idempotency key. */
export interface KeyMemory {
  plan: RequestPlan;
  /** Null until an answer came in whole. */
  answer: WholeAnswer | null;
}

/** An entry that the operator ordered. */
export interface OperatorEntry {
  kind: "grant" | "refund" | "adjustment";
  amountMicro: number;
  /** The refunded request; null for the others. */
  requestId: string | null;
  /** Whether the command said that it was made. */
  isAcknowledged: boolean;
}

/** A backup that was begun, and what it has to hold. */
export interface BackupOrder {
  file: string;
  /** The figures that clients of this cycle had before it began. */
  told: Map<string, number>;
  /** Requests whose answers clients had in whole under a key. */
  kept: string[];
  /** Notes of the entries that were acknowledged. */
  notes: string[];
  isAcknowledged: boolean;
}

export interface Promises extends Answers {
  /** Every request id that a client has seen. */
  seenIds: Set<string>;
  /** By idempotency key. */
  remembered: Map<string, KeyMemory>;
  /** By note. */
  entries: Map<string, OperatorEntry>;
  /** Requests that a refund was ordered for. */
  refunded: Set<string>;
  backups: BackupOrder[];
  keys: MadeKey[];
  /** Keys whose revocation was acknowledged. */
  revoked: MadeKey[];
}

export const noAnswers = (): Answers => ({
  told: new Map(),
  refused: new Set(),
  replayed: new Set(),
});

export const noPromises = (): Promises => ({
  ...noAnswers(),
  seenIds: new Set(),
  remembered: new Map(),
  entries: new Map(),
  refunded: new Set(),
  backups: [],
  keys: [],
  revoked: [],
});

/** Adds what a part of the run was told to all that was told. */
export function addAnswers(all: Answers, { told, refused, replayed }: Answers): void {
  for (const [id, micro] of told) all.told.set(id, micro);
  for (const id of refused) all.refused.add(id);
  for (const id of replayed) all.replayed.add(id);
}
