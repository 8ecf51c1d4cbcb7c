// Group commit: the money operations of one turn of the event loop share one durable transaction.
import { type Clock, sleep } from "../base/clock.ts";
import { overloaded, tooManyRequests } from "../base/errors.ts";
import type { Database } from "./open.ts";
import { isBusy, isDatabaseFault, isDiskFault } from "./sqlite-errors.ts";

interface Waiting {
  operation: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

export interface CommitQueueOptions {
  /** Operations that may wait at once; the next is refused with 503. */
  maxWaiting: number;
  /** How long a batch is tried again while another process holds the database's lock. */
  lockTimeoutMs: number;
  clock: Clock;
}

export interface CommitQueue {
  /**
   * Runs a synchronous operation inside the next shared transaction; resolves after that transaction is on disk.
   * It may run more than once, each time on a rolled-back database, so it must have no other effects.
   * Rejects with what the operation threw (then only its own writes are undone), or with a 503 ApiError when the
   * database cannot be written.
   */
  run<T>(operation: () => T): Promise<T>;
  /** Operations that wait for the next commit. */
  waiting(): number;
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>;
}

/** Pause before a batch that met a foreign lock is tried again. */
const LOCK_RETRY_MS = 5;

export function createCommitQueue(database: Database, options: CommitQueueOptions): CommitQueue {
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | null = null;

  function run<T>(operation: () => T): Promise<T> {
    if (waiting.length >= options.maxWaiting) {
      return Promise.reject(tooManyRequests());
    }
    return new Promise<T>((resolve, reject) => {
      waiting.push({ operation, resolve: resolve as (value: unknown) => void, reject });
      flushing ??= options.clock.nextTurn().then(flush);
    });
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await commitBatch(database, batch, options);
    }
    flushing = null;
  }

  return { run, waiting: () => waiting.length, drain: () => flushing ?? Promise.resolve() };
}

async function commitBatch(
  database: Database,
  batch: Waiting[],
  { lockTimeoutMs, clock }: CommitQueueOptions,
): Promise<void> {
  const deadline = clock.monoMs() + lockTimeoutMs;
  for (;;) {
    try {
      const results = database.write(() => batch.map((waiting) => waiting.operation()));
      batch.forEach((waiting, index) => {
        waiting.resolve(results[index]);
      });
      return;
    } catch (error) {
      if (isBusy(error)) {
        if (clock.monoMs() >= deadline) return rejectAll(batch, error);
        await sleep(clock, LOCK_RETRY_MS);
      } else if (isDiskFault(error)) {
        // It would meet each of them by itself too.
        return rejectAll(batch, error);
      } else {
        return isolateFailures(database, batch);
      }
    }
  }
}

/** One operation of the batch failed, and the rollback took the others with it: each now runs by itself. */
function isolateFailures(database: Database, batch: Waiting[]): void {
  for (const waiting of batch) {
    try {
      waiting.resolve(database.write(waiting.operation));
    } catch (error) {
      waiting.reject(isDatabaseFault(error) ? unavailable(error) : error);
    }
  }
}

function rejectAll(batch: Waiting[], error: unknown): void {
  for (const waiting of batch) waiting.reject(unavailable(error));
}

const unavailable = (cause: unknown) =>
  overloaded("The server cannot record charges at the moment, so it takes no requests.", { cause });
