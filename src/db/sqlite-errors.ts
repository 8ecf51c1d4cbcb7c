// What SQLite's error codes mean to the rest of the house.

/** The extended result code, as `SQLITE_BUSY_SNAPSHOT`, or an empty string; looks through one wrapper's cause. */
export function sqliteCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.cause === undefined ? "" : sqliteCode(error.cause);
}

/** Another process holds the lock: worth trying again. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED");
}

/** The disk or the file fails, whatever is written: full, read-only, broken. */
export function isDiskFault(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|PERM|NOMEM)/.test(sqliteCode(error));
}

/** Trouble of the database, as opposed to a broken rule inside an operation. */
export function isDatabaseFault(error: unknown): boolean {
  const code = sqliteCode(error);
  return code.startsWith("SQLITE_") && !code.startsWith("SQLITE_CONSTRAINT");
}
