// The one error for what an operator cannot have, and the short form of any other failure.

/** What the operator wants cannot be done as things are; the message is meant for them, and says what to do. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}

/** Returns the message of a failure on one line. Drizzle's errors repeat the statement, so their cause speaks. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  const inner = error.name.startsWith("Drizzle") && error.cause instanceof Error;
  return inner ? reasonOf(error.cause) : oneLine(error.message);
}

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, " ").trim();
