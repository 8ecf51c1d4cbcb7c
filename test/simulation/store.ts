// The simulated disk under the real SQLite: an in-memory database whose writes fail, or end their process, as planned.
//
// What a failing commit means was decided from how SQLite's write-ahead log works. Within a process it is never
// ambiguous: what COMMIT refuses is rolled back, and an error after the commit took effect is not reported by it.
// Across a crash it is: the commit's frames may be in the log though flushing them failed, and as long as nothing was
// written over them, recovery takes them for good. So a refused commit that `revives` comes back when a kill follows
// before the next commit.
import { Database as Sqlite } from "bun:sqlite";
import { applyMigrations } from "../../src/db/migrations.ts";
import { type Database, databaseOn } from "../../src/db/open.ts";
import { createLedger } from "../support/ledger.ts";
import { ACCOUNT_NAMES } from "./house.ts";
import type { Code, FaultPlan, KillPlan, Plan, Stage } from "./plan.ts";
import { revive, type Snapshot, snapshot } from "./rows.ts";

/** Thrown where a planned kill hits inside of a write: nothing after it counts. */
export class Killed extends Error {
  override readonly name = "Killed";
}

let template: Uint8Array | undefined;

/** An empty, migrated database with the accounts in it, made once. */
function templateBytes(): Uint8Array {
  if (template !== undefined) return template;
  const sqlite = new Sqlite(":memory:", { strict: true });
  applyMigrations(sqlite);
  const database = databaseOn(sqlite);
  const ledger = createLedger(database);
  database.write(() => {
    for (const name of ACCOUNT_NAMES) ledger.ensureAccount(name, 1);
  });
  template = sqlite.serialize();
  sqlite.close();
  return template;
}

export class Store {
  /** The connection itself, without faults. */
  readonly raw: Sqlite;
  /** Counts up with every statement that may have written. */
  touched = 0;
  readonly #plan: Plan;
  readonly #nowMs: () => number;
  readonly #onKill: (kill: KillPlan) => void;
  readonly #spent = new Set<KillPlan>();
  #writes = -1;
  #statements = 0;
  #process = 0;
  /** What SQLite would tell a process of others' commits; here all have one connection. */
  #foreignCommits = 0;
  #lost: Snapshot | null = null;

  constructor(plan: Plan, nowMs: () => number, onKill: (kill: KillPlan) => void) {
    this.#plan = plan;
    this.#nowMs = nowMs;
    this.#onKill = onKill;
    this.raw = Sqlite.deserialize(templateBytes(), { strict: true });
    this.raw.run("PRAGMA foreign_keys = ON");
  }

  /** For another program that writes to the same file, as the operator's: the faults do not meet it. */
  quiet(): Database {
    const database = databaseOn(this.raw);
    return {
      ...database,
      write: (operation) => {
        this.#lost = null;
        this.touched++;
        this.#foreignCommits++;
        return database.write(operation);
      },
    };
  }

  /** For a new process. The one before it can write no more. */
  open(): Database {
    const process = ++this.#process;
    const isAlive = () => process === this.#process;
    const stepIn = (stage: Stage, act: () => unknown) => {
      if (!isAlive()) throw new Killed("a killed process wrote");
      this.touched++;
      this.#meet(stage);
      return act();
    };
    const { raw } = this;
    const connection = new Proxy(raw, {
      get: (target, property) => {
        if (property === "run") {
          return (sql: string) => {
            if (!isAlive()) throw new Killed("a killed process wrote");
            return this.#run(sql, stepIn);
          };
        }
        if (property === "prepare") {
          return (sql: string) => {
            if (sql === "PRAGMA data_version") return { values: () => [[this.#foreignCommits]] };
            return watched(target.prepare(sql), (act) =>
              raw.inTransaction ? stepIn("statement", act) : act(),
            );
          };
        }
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    return databaseOn(connection);
  }

  /** The process is gone: what it had not committed is too, but for a commit that a crash revives; tells if one did. */
  crash(): boolean {
    this.#process++;
    this.touched++;
    if (this.raw.inTransaction) this.raw.run("ROLLBACK");
    const lost = this.#lost;
    this.#lost = null;
    if (lost !== null) revive(this.raw, lost);
    return lost !== null;
  }

  close(): void {
    this.raw.close();
  }

  #run(sql: string, stepIn: (stage: Stage, act: () => unknown) => unknown): unknown {
    if (sql === "BEGIN IMMEDIATE") {
      this.#writes++;
      this.#statements = 0;
      return stepIn("begin", () => this.raw.run(sql));
    }
    if (sql !== "COMMIT") return this.raw.run(sql);
    const done = stepIn("commit", () => this.raw.run(sql));
    this.#lost = null;
    this.#killIf("committed");
    return done;
  }

  #meet(stage: Stage): void {
    this.#killIf(stage);
    const fault = this.#plan.faults.find((one) => one.stage === stage && this.#isOn(one));
    if (stage === "statement") this.#statements++;
    if (fault === undefined) return;
    if (stage === "commit") this.#lost = fault.revives ? snapshot(this.raw) : null;
    if (fault.rollsBack && this.raw.inTransaction) this.raw.run("ROLLBACK");
    throw sqliteError(fault.code);
  }

  #isOn({ from, stage, statement }: FaultPlan): boolean {
    if (stage === "statement" && statement !== this.#statements) return false;
    if ("write" in from) return from.write === this.#writes;
    const nowMs = this.#nowMs();
    return nowMs >= from.atMs && nowMs < from.atMs + from.forMs;
  }

  #killIf(stage: Stage | "committed"): void {
    for (const kill of this.#plan.kills) {
      if (!("write" in kill.from) || this.#spent.has(kill)) continue;
      const { write, stage: where, statement } = kill.from;
      if (write !== this.#writes || where !== stage) continue;
      if (stage === "statement" && statement !== this.#statements) continue;
      this.#spent.add(kill);
      this.#onKill(kill);
      throw new Killed(`killed at ${stage}`);
    }
  }
}

type Statement = ReturnType<Sqlite["prepare"]>;

/** A statement whose every execution goes through `around`. */
function watched(statement: Statement, around: (act: () => unknown) => unknown): Statement {
  return new Proxy(statement, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      return (...values: unknown[]) => around(() => value.apply(target, values));
    },
  });
}

const sqliteError = (code: Code): Error => Object.assign(new Error(`simulated ${code}`), { code });
