// Opens what is stored in a data folder, and backups of it: the one file that does. All others take what it returns.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { OperatorError, reasonOf } from "./base/operator-error.ts";
import { DATABASE_FILE, type Database, openDatabase } from "./db/open.ts";
import { DataFolderInUse, lockDataFolder } from "./db/server-lock.ts";
import { findDamage, openSnapshot, type SnapshotMode, writeSnapshot } from "./db/snapshot.ts";
import {
  type AnswerCommands,
  type AnswerPort,
  type AnswerStore,
  createAnswerStore,
} from "./idempotency/answers.ts";
import { createKeyring, type Keyring } from "./keys/keyring.ts";
import { createLedger, type Ledger } from "./ledger/ledger.ts";
import type { LedgerCommands, LedgerPort } from "./ledger/port.ts";
import { type ApplyBatch, createBatch } from "./ledger/sqlite/batch.ts";
import { createLedgerCore, ledgerPort } from "./ledger/sqlite/ledger.ts";
import { createQueue, type QueueOptions, type Writer } from "./ledger/sqlite/queue.ts";
import { createReads } from "./ledger/sqlite/reads.ts";

export interface Store {
  database: Database;
  ledger: Ledger;
  keyring: Keyring;
  /** Prepared at the first use, since its first count reads all answers, which commands do not need. */
  readonly answers: AnswerStore;
  /** Writes all that is committed now into a new file; writers go on meanwhile. @throws Error when the file exists. */
  copyInto(file: string): Promise<void>;
  /** Returns what is wrong with the file's pages; null for nothing. */
  findDamage(): Promise<string | null>;
  close(): Promise<void>;
}

/** All that changes what is stored. */
export type StoreCommands = LedgerCommands & AnswerCommands;

/** The ledger and the kept answers, whose commands share one queue. */
export interface Stores {
  ledger: LedgerPort;
  answers: AnswerPort;
  /** Commands that wait for the next commit. */
  waiting(): number;
  /** Resolves when every command has been committed. */
  drain(): Promise<void>;
}

/** The synchronous core: applies batches of commands on this connection. */
export function storeBatch(database: Database): ApplyBatch<StoreCommands> {
  const answers = createAnswerStore(database);
  const { handlers, memory } = createLedgerCore(database, answers);
  const { removeAnswersOutside, removeAnswersOfLargest } = answers;
  return createBatch(
    database,
    { ...handlers, removeAnswersOutside, removeAnswersOfLargest },
    memory,
  );
}

/** @param writer who applies the batches; its commits must be seen by `database` */
export function openStores(
  database: Database,
  options: QueueOptions,
  writer: Writer<StoreCommands> = storeBatch(database),
): Stores {
  const answers = createAnswerStore(database);
  const queue = createQueue<StoreCommands>(writer, options);
  return {
    ledger: ledgerPort(queue, createReads(database)),
    answers: {
      find: async (...args) => answers.find(...args),
      totals: async () => answers.totals(),
      removeAnswersOutside: (...args) => queue.run("removeAnswersOutside", ...args),
      removeAnswersOfLargest: (...args) => queue.run("removeAnswersOfLargest", ...args),
    },
    waiting: queue.waiting,
    drain: queue.drain,
  };
}

/** Whether there is data in the folder. */
export const hasData = (dataDir: string): boolean => existsSync(join(dataDir, DATABASE_FILE));

/**
 * Opens the data folder, and makes it when it is not there.
 * @param busyTimeoutMs how long a statement waits for another process's lock; it blocks the thread meanwhile
 * @throws OperatorError that names the folder.
 */
export async function openStore(dataDir: string, busyTimeoutMs: number): Promise<Store> {
  try {
    return storeOn(openDatabase(dataDir, { busyTimeoutMs }));
  } catch (error) {
    throw cannotOpen(dataDir, error);
  }
}

/** The stores on a database that is open. */
export function storeOn(database: Database): Store {
  let answers: AnswerStore | undefined;
  return {
    database,
    ledger: createLedger(database),
    keyring: createKeyring(database),
    get answers() {
      answers ??= createAnswerStore(database);
      return answers;
    },
    copyInto: async (file) => writeSnapshot(database, file),
    findDamage: async () => findDamage(database.sqlite),
    close: async () => database.close(),
  };
}

/**
 * Opens a backup for one piece of work, once its file and its schema are found sound.
 * @param mode `read` changes nothing; `migrate` brings the file to the newest schema first.
 * @throws OperatorError when it is damaged, not ours, or of a newer program.
 */
export async function withSnapshot<T>(
  file: string,
  mode: SnapshotMode,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = storeOn(openSnapshot(file, mode));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/**
 * Takes the server's lock of a data folder, until the returned function is called.
 * @throws DataFolderInUse when another server has it, OperatorError that names the folder when it cannot be written.
 */
export function lockData(dataDir: string): () => void {
  try {
    return lockDataFolder(dataDir);
  } catch (error) {
    throw error instanceof DataFolderInUse ? error : cannotOpen(dataDir, error);
  }
}

const cannotOpen = (dataDir: string, cause: unknown) =>
  new OperatorError(`cannot open the data folder ${dataDir}: ${reasonOf(cause)}`, { cause });
