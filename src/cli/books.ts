// Opening the data folder for a command: its ledger and its keys, closed again whatever happens.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DATABASE_FILE, type Database, openDatabase } from "../db/open.ts";
import { DataFolderInUse, lockDataFolder } from "../db/server-lock.ts";
import { createKeyring, type Keyring } from "../keys/keyring.ts";
import type { Account } from "../ledger/accounts.ts";
import { createLedger, type Ledger } from "../ledger/ledger.ts";
import type { CliContext } from "./context.ts";
import { CliError, reasonOf } from "./failure.ts";

/** A command has nothing else to do, so it waits for a server's commit rather than failing. */
const BUSY_TIMEOUT_MS = 5_000;

export interface Books {
  database: Database;
  ledger: Ledger;
  keyring: Keyring;
}

/**
 * Opens the data folder, which must exist, for one synchronous piece of work.
 * @throws CliError when there is no data yet or it cannot be opened.
 */
export function withBooks<T>(context: CliContext, work: (books: Books) => T): T {
  if (!existsSync(join(context.dataDir, DATABASE_FILE))) {
    throw new CliError(
      `there is no data in ${context.dataDir}: name the folder with --data or AACFLOW_DATA, ` +
        "or make the first key with: aacflow keys create --name NAME",
    );
  }
  return withNewBooks(context, work);
}

/** The same, but makes the folder where there is none. */
export function withNewBooks<T>(context: CliContext, work: (books: Books) => T): T {
  const database = openData(context.dataDir, BUSY_TIMEOUT_MS);
  try {
    return work({ database, ledger: createLedger(database), keyring: createKeyring(database) });
  } finally {
    database.close();
  }
}

/** The account of that name. @throws CliError when there is none. */
export function accountByName(ledger: Ledger, name: string): Account {
  const account = ledger.findAccountByName(name);
  if (account !== undefined) return account;
  throw new CliError(
    `there is no account "${name}": "aacflow credits balance" lists the accounts, ` +
      "and keys create --account NAME --new opens one",
  );
}

/** Opens the database of a data folder. @throws CliError that names the folder. */
export function openData(dataDir: string, busyTimeoutMs: number): Database {
  try {
    return openDatabase(dataDir, { busyTimeoutMs });
  } catch (error) {
    throw cannotOpen(dataDir, error);
  }
}

/**
 * Takes the server's lock of a data folder, until the returned function is called.
 * @throws DataFolderInUse when another server has it, CliError that names the folder when it cannot be written.
 */
export function lockData(dataDir: string): () => void {
  try {
    return lockDataFolder(dataDir);
  } catch (error) {
    throw error instanceof DataFolderInUse ? error : cannotOpen(dataDir, error);
  }
}

const cannotOpen = (dataDir: string, cause: unknown) =>
  new CliError(`cannot open the data folder ${dataDir}: ${reasonOf(cause)}`, { cause });
