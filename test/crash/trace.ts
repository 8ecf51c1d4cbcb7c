// A history of money operations through the real ledger, with the state after each of its commits.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DATABASE_FILE, type Database } from "../../src/db/open.ts";
import { exactly, PLAIN_RESERVE, PLAIN_SETTLE } from "../support/holds.ts";
import { createLedger, type Ledger } from "../support/ledger.ts";
import type { Random } from "../support/random.ts";
import { readWal } from "./wal.ts";

/** A database's files as they were at one moment, and the states that its commits led through. */
export interface Snapshot {
  files: Map<string, Uint8Array>;
  wal: Uint8Array;
  /** The state without the log, then after each of the log's commits. */
  states: string[];
}

/** All figures of the books in one text. */
export function stateOf({ sqlite }: Pick<Database, "sqlite">): string {
  const all = (sql: string) => sqlite.query(sql).all();
  return JSON.stringify([
    all("SELECT id, balance_micro, held_micro FROM accounts ORDER BY id"),
    all("SELECT request_id, amount_micro FROM holds ORDER BY request_id"),
    all("SELECT COUNT(*), MAX(rowid), SUM(charged_micro) FROM records"),
    all("SELECT COUNT(*), MAX(seq), SUM(amount_micro) FROM entries"),
  ]);
}

const BATCH_MAX = 6;
/** SQLite copies a log of this many pages into the database; before that the database does not change. */
const CHECKPOINT_FRAMES = 1000;

/**
 * Runs so many commits, each of several operations as group commit makes them, and takes `snapshots` at random.
 * None is taken between a copy into the database and the log's new beginning: such a log is on the disk for good, so
 * that no loss of power can tear it.
 */
export function traceCommits(
  database: Database & { dataDir: string },
  random: Random,
  { commits, snapshots }: { commits: number; snapshots: number },
): Snapshot[] {
  const ledger = createLedger(database);
  const account = database.write(() => ledger.ensureAccount("traced", 1));
  database.write(() => grant(ledger, account.id, 1_000_000));
  // From here on each commit in the log is one of the trace.
  database.sqlite.run("PRAGMA wal_checkpoint(TRUNCATE)");
  const states = [stateOf(database)];
  const taken: Snapshot[] = [];
  const open: string[] = [];
  for (let commit = 1; commit <= commits; commit++) {
    database.write(() => batch(ledger, account.id, random, open, commit));
    states.push(stateOf(database));
    const left = commits - commit + 1;
    if (random.below(left) < snapshots - taken.length) {
      const snapshot = take(database.dataDir, states);
      if (snapshot !== null) taken.push(snapshot);
    }
  }
  return taken;
}

function grant(ledger: Ledger, accountId: string, amountMicro: number): void {
  ledger.grant({ accountId, amountMicro, note: null, atMs: 1 });
}

function batch(
  ledger: Ledger,
  accountId: string,
  random: Random,
  open: string[],
  commit: number,
): void {
  for (let index = random.between(1, BATCH_MAX); index > 0; index--) {
    const oldest = random.chance(0.5) ? open.shift() : undefined;
    if (oldest !== undefined) end(ledger, oldest, random.below(500));
    else if (random.chance(0.2)) grant(ledger, accountId, random.between(1, 1_000));
    else {
      const requestId = `req_${commit}_${index}`;
      hold(ledger, accountId, requestId, random.between(1, 500));
      open.push(requestId);
    }
  }
}

function hold(ledger: Ledger, accountId: string, requestId: string, amountMicro: number): void {
  const wish = exactly(amountMicro);
  const reserved = ledger.reserve({ ...PLAIN_RESERVE, requestId, accountId, wish });
  if (reserved.kind !== "held") throw new Error("the traced account has too little");
}

function end(ledger: Ledger, requestId: string, costMicro: number): void {
  ledger.settle({ ...PLAIN_SETTLE, requestId, costMicro, usage: null, usageSource: "none" });
}

function take(dataDir: string, states: string[]): Snapshot | null {
  const files = new Map<string, Uint8Array>();
  for (const suffix of ["", "-shm"]) {
    files.set(suffix, readFileSync(join(dataDir, DATABASE_FILE + suffix)));
  }
  const wal = readFileSync(join(dataDir, `${DATABASE_FILE}-wal`));
  const { frames, commitEnds } = readWal(wal);
  if (frames >= CHECKPOINT_FRAMES) return null;
  return { files, wal, states: states.slice(-commitEnds.length - 1) };
}
