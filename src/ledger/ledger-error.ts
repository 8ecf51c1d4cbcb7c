// The error for a rule of the books that a caller broke.

/** Its message is meant for the operator. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
}
