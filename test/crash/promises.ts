// What the server and the commands have promised so far in a run: what no crash may break.

/** A key that the operator was given. */
export interface MadeKey {
  id: string;
  secret: string;
}

export interface Promises {
  /** The final figure that a client was told, in micro-dollars, by request id. */
  told: Map<string, number>;
  /** Requests that were answered with an error, which cost nothing. */
  refused: Set<string>;
  /** Every request id that a client has seen. */
  seenIds: Set<string>;
  /** By note: what was to be granted, and whether the command said that it was. */
  grants: Map<string, { amountMicro: number; isAcknowledged: boolean }>;
  keys: MadeKey[];
  /** Keys whose revocation was acknowledged. */
  revoked: MadeKey[];
}

export const noPromises = (): Promises => ({
  told: new Map(),
  refused: new Set(),
  seenIds: new Set(),
  grants: new Map(),
  keys: [],
  revoked: [],
});
