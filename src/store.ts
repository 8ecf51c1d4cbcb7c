// Opens what is stored in a data folder, and backups of it: the one file that does. All others take what it returns.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Clock, systemClock } from "./base/clock.ts";
import { newOwnerId } from "./base/ids.ts";
import { OperatorError, reasonOf } from "./base/operator-error.ts";
import { beat } from "./db/heartbeat.ts";
import { DATABASE_FILE, type Database, openDatabase } from "./db/open.ts";
import { DataFolderInUse, lockDataFolder } from "./db/server-lock.ts";
import { findDamage, openSnapshot, type SnapshotMode, writeSnapshot } from "./db/snapshot.ts";
import { type AnswerCommands, type AnswerPort, createAnswerStore } from "./idempotency/answers.ts";
import { createKeyring, type KeyCommands, type KeyPort } from "./keys/keyring.ts";
import type { LedgerCommands, LedgerPort } from "./ledger/port.ts";
import { type ApplyBatch, type Command, createBatch, type Unit } from "./ledger/sqlite/batch.ts";
import { createLedgerCore, ledgerPort } from "./ledger/sqlite/ledger.ts";
import { createQueue, type Queue, type QueueOptions, type Writer } from "./ledger/sqlite/queue.ts";
import { createReads } from "./ledger/sqlite/reads.ts";
import { ABANDONED } from "./ledger/sqlite/requests.ts";
import { createThreadWriter } from "./ledger/sqlite/thread-writer.ts";
import { createPacker } from "./ledger/sqlite/wire.ts";
import type { CostOf } from "./ledger/verify/records.ts";
import { type VerifyReport, verifyBooks } from "./ledger/verify/verify.ts";

/** All that is stored in one place, as plain data; nobody else speaks to a database. */
export interface Store {
  ledger: LedgerPort;
  keys: KeyPort;
  answers: AnswerPort;
  /** Carries out all of these commands or none. @throws OperatorError when one breaks a rule. */
  together(commands: Command<StoreCommands>[]): Promise<unknown[]>;
  /** Proves the books, from one state; without `costOf`, charges are not held against usage and price. */
  verify(costOf?: CostOf): Promise<VerifyReport>;
  /** Whether a row can be written and committed now, or could a moment ago. */
  isWritable(): Promise<boolean>;
  /** Commands that wait for the next commit. */
  waiting(): number;
  /** Resolves when every command has been committed. */
  drain(): Promise<void>;
  /** Writes all that is committed now into a new file; writers go on meanwhile. @throws Error when the file exists. */
  copyInto(file: string): Promise<void>;
  /** Returns what is wrong with the file's pages; null for nothing. */
  findDamage(): Promise<string | null>;
  close(): Promise<void>;
}

/** All that changes what is stored. */
export type StoreCommands = LedgerCommands &
  KeyCommands &
  AnswerCommands & { beat: (atMs: number) => void };

export interface StoreOptions extends QueueOptions {
  /** How long a statement waits inside of SQLite for another process's lock; it blocks its thread meanwhile. */
  busyTimeoutMs: number;
  /** The caller has the folder's server lock. */
  isServer?: boolean;
  /**
   * Write in a thread of its own, for a process that has more to do than to wait for a disk. Told when that thread has
   * ended by itself.
   */
  inThread?: { onCrash(reason: string): void };
}

/** What the writer's thread is told first. */
export interface WriterPlace {
  dataDir: string;
  busyTimeoutMs: number;
  /** The process whose holds it takes. */
  ownerId: string;
}

/** For who has nothing else to do, and waits for a server's commit rather than failing. */
export const PATIENT: StoreOptions = {
  busyTimeoutMs: 5_000,
  lockTimeoutMs: 5_000,
  maxWaiting: 1_000,
  clock: systemClock,
};

/** Whether there is data in the folder. */
export const hasData = (dataDir: string): boolean => existsSync(join(dataDir, DATABASE_FILE));

/**
 * Opens the data folder, and makes it when it is not there.
 * @throws OperatorError that names the folder.
 */
export async function openStore(dataDir: string, options: StoreOptions): Promise<Store> {
  try {
    const database = openDatabase(dataDir, options);
    return options.inThread === undefined
      ? storeOn(database, options)
      : threadedStore(database, dataDir, { ...options, inThread: options.inThread });
  } catch (error) {
    throw cannotOpen(dataDir, error);
  }
}

// The compiled program has the thread's code as a file of its own beside its entry.
const WRITER =
  import.meta.file === "store.ts"
    ? new URL("./store-writer.ts", import.meta.url).href
    : "./store-writer.js";

function threadedStore(
  database: Database,
  dataDir: string,
  options: StoreOptions & Required<Pick<StoreOptions, "inThread">>,
): Store {
  const { busyTimeoutMs, inThread } = options;
  const ownerId = newOwnerId();
  const place: WriterPlace = { dataDir, busyTimeoutMs, ownerId };
  // From here on this connection only asks.
  database.sqlite.run("PRAGMA query_only = ON");
  const writer = createThreadWriter<StoreCommands>({
    start() {
      const thread = new Worker(WRITER);
      thread.postMessage(place);
      return thread;
    },
    packer: createPacker,
    undo: (units) => releasing(units, options.clock.nowMs()),
    onCrash: inThread.onCrash,
  });
  const store = storeOn(database, options, writer.apply);
  return {
    ...store,
    async close() {
      await store.drain();
      await writer.close();
      await store.close();
    },
  };
}

/** Releases holds that may have been taken though nobody knows: their requests were refused. */
function releasing(units: readonly Unit<StoreCommands>[], atMs: number): Unit<StoreCommands>[] {
  return units.flatMap((unit): Unit<StoreCommands>[] => {
    if (unit[0] !== "reserve") return [];
    const { requestId, atMs: startedAtMs } = unit[1];
    return [["settle", { ...ABANDONED, requestId, startedAtMs, atMs }]];
  });
}

/** Opens the data folder for the writer's thread. */
export function openWriter({ dataDir, busyTimeoutMs, ownerId }: WriterPlace): {
  apply: ApplyBatch<StoreCommands>;
  close(): void;
} {
  const database = openDatabase(dataDir, { busyTimeoutMs });
  return { apply: storeBatch(database, ownerId), close: database.close };
}

/**
 * The synchronous core: applies batches of commands on this connection.
 * @param ownerId the process whose holds it takes
 */
export function storeBatch(
  database: Database,
  ownerId: string = newOwnerId(),
): ApplyBatch<StoreCommands> {
  const answers = createAnswerStore(database);
  const { addKey, revokeKey, replaceKey } = createKeyring(database);
  const { handlers, memory } = createLedgerCore(database, answers, ownerId);
  const { removeAnswersOutside, removeAnswersOfLargest } = answers;
  return createBatch(
    database,
    {
      ...handlers,
      addKey,
      revokeKey,
      replaceKey,
      removeAnswersOutside,
      removeAnswersOfLargest,
      beat: (atMs: number) => beat(database, atMs),
    },
    memory,
  );
}

/**
 * The store on a database that is open, and which it closes.
 * @param writer who applies the batches; what it commits must show in `database`
 */
export function storeOn(
  database: Database,
  options: QueueOptions = PATIENT,
  writer: Writer<StoreCommands> = storeBatch(database),
): Store {
  const queue = createQueue<StoreCommands>(writer, options);
  const answers = createAnswerStore(database);
  const keyring = createKeyring(database);
  return {
    ledger: ledgerPort(queue, createReads(database)),
    keys: {
      findKey: async (hash) => keyring.findKey(hash),
      getKey: async (id) => keyring.getKey(id),
      listKeys: async () => keyring.listKeys(),
      version: async () => keyring.version(),
      addKey: (key) => queue.run("addKey", key),
      revokeKey: (...takes) => queue.run("revokeKey", ...takes),
      replaceKey: (...takes) => queue.run("replaceKey", ...takes),
    },
    answers: {
      find: async (...takes) => answers.find(...takes),
      totals: async () => answers.totals(),
      removeAnswersOutside: (...takes) => queue.run("removeAnswersOutside", ...takes),
      removeAnswersOfLargest: (...takes) => queue.run("removeAnswersOfLargest", ...takes),
    },
    together: queue.together,
    verify: async (costOf) => verifyBooks(database.sqlite, costOf),
    isWritable: writability(queue, options.clock),
    waiting: queue.waiting,
    drain: queue.drain,
    copyInto: async (file) => writeSnapshot(database, file),
    findDamage: async () => findDamage(database.sqlite),
    close: async () => {
      await queue.drain();
      database.close();
    },
  };
}

/** A write costs a disk flush, and anyone may ask: a success holds for this long. */
const FRESH_MS = 1000;

function writability(queue: Queue<StoreCommands>, clock: Clock): () => Promise<boolean> {
  let goodAtMonoMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (clock.monoMs() - goodAtMonoMs < FRESH_MS) return true;
    try {
      await queue.run("beat", clock.nowMs());
    } catch {
      return false;
    }
    goodAtMonoMs = clock.monoMs();
    return true;
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
