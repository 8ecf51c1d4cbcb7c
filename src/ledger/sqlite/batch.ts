// The synchronous core of the store: applies a batch of commands in one durable transaction.

import { OperatorError } from "../../base/operator-error.ts";
import type { Database } from "../../db/open.ts";
import { isBusy, isDatabaseFault, isDiskFault, sqliteCode } from "../../db/sqlite-errors.ts";

/** One command as plain data: which, and what it takes. */
export type Command<H extends Handlers> = {
  [K in keyof H & string]: [kind: K, ...takes: Parameters<H[K]>];
}[keyof H & string];

/** What carries out commands, by their kinds. A handler may throw OperatorError only before it has written anything. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where each handler takes something else
export type Handlers = Record<string, (...takes: any[]) => unknown>;

/** Why a command failed, as plain data. */
export interface Failure {
  /** `rule`: it broke one; `store`: the database cannot take it now; `fault`: a fault of ours. */
  kind: "rule" | "store" | "fault";
  name: string;
  message: string;
  /** SQLite's extended result code; empty for none. */
  code: string;
}

/** What came of one command. */
export type Outcome = { value: unknown } | { failure: Failure };

/** What came of a batch: of each command, or of none because the store cannot write. */
export type BatchReply = { outcomes: Outcome[] } | { isLocked: boolean; failure: Failure };

/** What a batch keeps in memory, beside its statements. */
export interface BatchMemory {
  /** Inside of the transaction, after the last command: writes what is only in memory. */
  flush(): void;
  /** Outside of a transaction others may write: nothing in memory counts any more. */
  forget(): void;
}

export type ApplyBatch<H extends Handlers> = (commands: readonly Command<H>[]) => BatchReply;

/**
 * Makes the function that applies batches. One command that fails takes none of the others with it; where the store
 * itself cannot write, nothing is written.
 */
export function createBatch<H extends Handlers>(
  { write }: Pick<Database, "write">,
  handlers: H,
  memory: BatchMemory,
): ApplyBatch<H> {
  function run([kind, ...takes]: Command<H>): unknown {
    return handlers[kind]?.(...takes);
  }

  function attempt(command: Command<H>): Outcome {
    try {
      return { value: run(command) };
    } catch (error) {
      // It has written nothing, so the others go on beside it.
      if (error instanceof OperatorError) return { failure: failureOf(error) };
      throw error;
    }
  }

  function together(commands: readonly Command<H>[]): Outcome[] {
    try {
      return write(() => {
        const outcomes = commands.map(attempt);
        memory.flush();
        return outcomes;
      });
    } finally {
      memory.forget();
    }
  }

  /** One command failed, and the rollback took the others with it: each now runs by itself. */
  function alone(command: Command<H>): Outcome {
    try {
      return together([command])[0] as Outcome;
    } catch (error) {
      return { failure: failureOf(error) };
    }
  }

  return (commands) => {
    try {
      return { outcomes: together(commands) };
    } catch (error) {
      const isLocked = isBusy(error);
      // A disk that fails would fail each of them by itself too.
      if (isLocked || isDiskFault(error)) return { isLocked, failure: failureOf(error) };
      return { outcomes: commands.map(alone) };
    }
  };
}

function failureOf(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const kind = error instanceof OperatorError ? "rule" : isDatabaseFault(error) ? "store" : "fault";
  return { kind, name, message, code: sqliteCode(error) };
}
