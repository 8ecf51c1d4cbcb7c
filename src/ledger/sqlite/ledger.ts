// The ledger on SQLite: what carries out its commands inside of batches, and its port.
import type { Later } from "../../base/later.ts";
import type { Database } from "../../db/open.ts";
import type { LedgerCommands, LedgerPort, LedgerReads } from "../port.ts";
import { createAccountBook } from "./account-book.ts";
import type { BatchMemory } from "./batch.ts";
import { createHoldBook } from "./hold-book.ts";
import { prepareOperatorEntries } from "./operator-entries.ts";
import type { Queue } from "./queue.ts";
import { createReads } from "./reads.ts";
import { type KeyMarks, prepareRequests } from "./requests.ts";
import { createTermsBook } from "./terms-book.ts";

export interface LedgerCore {
  handlers: LedgerCommands;
  memory: BatchMemory;
}

/**
 * Prepares what carries out the ledger's commands on this connection.
 * @param ownerId the process whose holds they take
 */
export function createLedgerCore(database: Database, keys: KeyMarks, ownerId: string): LedgerCore {
  const { sqlite } = database;
  const book = createAccountBook(sqlite);
  const terms = createTermsBook(sqlite);
  const holds = createHoldBook(sqlite, ownerId);
  return {
    handlers: {
      ...prepareRequests(sqlite, { book, terms, holds, keys, ownerId }),
      ...prepareOperatorEntries(sqlite, book, createReads(database)),
    },
    memory: {
      begun: book.begun,
      flush: book.flush,
      ended(isCommitted) {
        book.ended(isCommitted);
        terms.ended(isCommitted);
        holds.ended(isCommitted);
      },
    },
  };
}

/** The ledger's port: commands go through the queue, questions to a connection that reads. */
export function ledgerPort(queue: Queue<LedgerCommands>, reads: LedgerReads): LedgerPort {
  return {
    reserve: (request) => queue.run("reserve", request),
    settle: (end) => queue.run("settle", end),
    openAccount: (account) => queue.run("openAccount", account),
    grant: (grant) => queue.run("grant", grant),
    refund: (refund) => queue.run("refund", refund),
    adjust: (adjustment) => queue.run("adjust", adjustment),
    releaseOrphans: (release) => queue.run("releaseOrphans", release),
    renewLease: (lease) => queue.run("renewLease", lease),
    findAccount: later(reads.findAccount),
    findAccountByName: later(reads.findAccountByName),
    listAccounts: later(reads.listAccounts),
    history: later(reads.history),
    findRecord: later(reads.findRecord),
    findRunning: later(reads.findRunning),
    findRequests: later(reads.findRequests),
    findAllRunning: later(reads.findAllRunning),
    refundedMicro: later(reads.refundedMicro),
    report: later(reads.report),
  };
}

/** What a synchronous question answers, or throws, as a promise. */
const later = <A extends unknown[], R>(ask: (...args: A) => R): Later<(...args: A) => R> =>
  (async (...args: A) => ask(...args)) as Later<(...args: A) => R>;
