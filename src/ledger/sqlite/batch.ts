// The synchronous core of the store: applies a batch of commands in one durable transaction.

import { OperatorError } from "../../base/operator-error.ts";
import type { Database } from "../../db/open.ts";
import { isBusy, isDatabaseFault, isDiskFault, sqliteCode } from "../../db/sqlite-errors.ts";

/** One command as plain data: which, and what it takes. */
export type Command<H extends Handlers> = {
  [K in keyof H & string]: [kind: K, ...takes: Parameters<H[K]>];
}[keyof H & string];

/** What is carried out as one: a command, or several of which all are or none. */
export type Unit<H extends Handlers> = Command<H> | [kind: "together", commands: Command<H>[]];

/** What carries out commands, by their kinds. A handler may throw OperatorError only before it has written anything. */
export type Handlers = Record<string, (...takes: never[]) => unknown>;

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
  /** Inside of the transaction, before the first command: nobody else writes until its end. */
  begun(): void;
  /** Inside of the transaction, after the last command: writes what is only in memory. */
  flush(): void;
  /** After the transaction. What was read or made in one that was rolled back counts no more. */
  ended(isCommitted: boolean): void;
}

export type ApplyBatch<H extends Handlers> = (units: readonly Unit<H>[]) => BatchReply;

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
    return handlers[kind]?.(...(takes as never[]));
  }

  function attempt(unit: Unit<H>): Outcome {
    if (isTogether(unit)) return { value: unit[1].map(run) };
    try {
      return { value: run(unit) };
    } catch (error) {
      // It has written nothing, so the others go on beside it.
      if (error instanceof OperatorError) return { failure: failureOf(error) };
      throw error;
    }
  }

  function inOneTransaction(units: readonly Unit<H>[]): Outcome[] {
    let isCommitted = false;
    try {
      const outcomes = write(() => {
        memory.begun();
        const done = units.map(attempt);
        memory.flush();
        return done;
      });
      isCommitted = true;
      return outcomes;
    } finally {
      memory.ended(isCommitted);
    }
  }

  /** One failed, and the rollback took the others with it: each now runs by itself. */
  function alone(unit: Unit<H>): Outcome {
    try {
      return inOneTransaction([unit])[0] as Outcome;
    } catch (error) {
      return { failure: failureOf(error) };
    }
  }

  return (units) => {
    try {
      return { outcomes: inOneTransaction(units) };
    } catch (error) {
      const isLocked = isBusy(error);
      // A disk that fails would fail each of them by itself too.
      if (isLocked || isDiskFault(error)) return { isLocked, failure: failureOf(error) };
      return { outcomes: units.map(alone) };
    }
  };
}

const isTogether = <H extends Handlers>(
  unit: Unit<H>,
): unit is [kind: "together", commands: Command<H>[]] => unit[0] === "together";

function failureOf(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const kind = error instanceof OperatorError ? "rule" : isDatabaseFault(error) ? "store" : "fault";
  return { kind, name, message, code: sqliteCode(error) };
}
