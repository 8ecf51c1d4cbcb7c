// The one error for what an operator cannot have, and the short form of any other failure.

/** What the operator wants cannot be done as things are; the message is meant for them, and says what to do. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}

/**
 * Returns the message of a failure on one line. Where another failure caused it, that one speaks: Drizzle's errors
 * repeat the statement, and those that are meant for clients do not say what is wrong with the store.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  const isForOthers = error.name.startsWith("Drizzle") || error.name === "ApiError";
  const inner = isForOthers && error.cause instanceof Error;
  return inner ? reasonOf(error.cause) : oneLine(error.message);
}

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, " ").trim();
