// A log that a crash has torn: what was committed before the tear is there in whole, what came after is not at all.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATABASE_FILE, openDatabase } from "../../src/db/open.ts";
import { createTestDatabase } from "../support/database.ts";
import { createLedger } from "../support/ledger.ts";
import { createRandom } from "../support/random.ts";
import { type Snapshot, stateOf, traceCommits } from "./trace.ts";
import { FRAME_HEADER, lastCommitEnd, readWal, WAL_HEADER } from "./wal.ts";

setDefaultTimeout(120_000);

const SEED = 20;
const COMMITS = 400;
const SNAPSHOTS = 12;
/** Tears of each kind; each is of a random snapshot, at a random place. */
const TEARS = 60;

const random = createRandom(SEED);
let snapshots: Snapshot[] = [];
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aacflow-torn-"));
  const database = createTestDatabase();
  snapshots = traceCommits(database, random, { commits: COMMITS, snapshots: SNAPSHOTS });
  database.remove();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Tear {
  wal: Uint8Array;
  /** How many of the log's commits are whole. */
  whole: number;
}

const wholeUntil = (wal: Uint8Array, at: number): number =>
  readWal(wal).commitEnds.filter((end) => end <= at).length;

/** Opens the torn database as a server's start does, and compares it with the state before the tear. */
function expectRecovered({ files, states }: Snapshot, { wal, whole }: Tear, keepsIndex: boolean) {
  const dataDir = mkdtempSync(join(folder, "torn-"));
  for (const [suffix, bytes] of files) {
    if (suffix !== "-shm" || keepsIndex)
      writeFileSync(join(dataDir, DATABASE_FILE + suffix), bytes);
  }
  writeFileSync(join(dataDir, `${DATABASE_FILE}-wal`), wal);
  const database = openDatabase(dataDir, { busyTimeoutMs: 1_000 });
  const ledger = createLedger(database);
  expect(stateOf(database)).toBe(states[whole] ?? "no such state");
  const { openHolds, discrepancies } = ledger.verify();
  expect(discrepancies).toEqual([]);
  expect(database.write(() => ledger.releaseOrphans({ atMs: 2, isAlone: true }))).toHaveLength(
    openHolds,
  );
  expect(ledger.verify()).toMatchObject({ discrepancies: [], openHolds: 0, heldMicro: 0 });
  database.close();
  rmSync(dataDir, { recursive: true });
}

function tearMany(tear: (wal: Uint8Array) => Tear): void {
  for (let index = 0; index < TEARS; index++) {
    const snapshot = snapshots[random.below(snapshots.length)];
    if (snapshot === undefined) throw new Error("no snapshot was taken");
    expectRecovered(snapshot, tear(snapshot.wal), random.chance(0.5));
  }
}

test("the trace has logs of several rounds, with much in them", () => {
  expect(snapshots.length).toBeGreaterThan(SNAPSHOTS / 2);
  const commits = snapshots.map(({ wal }) => readWal(wal).commitEnds.length);
  expect(Math.max(...commits)).toBeGreaterThan(50);
  // Frames of an earlier round stand behind those of a later one.
  expect(snapshots.some(({ wal }) => lastCommitEnd(wal) < wal.byteLength)).toBe(true);
});

test("cut at a random byte, it keeps the commits before the cut and nothing of the next", () => {
  tearMany((wal) => {
    // Mostly in the part that counts.
    const at = random.below(random.chance(0.9) ? lastCommitEnd(wal) : wal.byteLength);
    return { wal: wal.slice(0, at), whole: wholeUntil(wal, at) };
  });
});

test("with a byte of it changed, it keeps the commits before that page", () => {
  tearMany((wal) => {
    const at = random.below(lastCommitEnd(wal));
    const changed = new Uint8Array(wal);
    changed[at] = (wal[at] ?? 0) ^ random.between(1, 255);
    const frameBytes = FRAME_HEADER + readWal(wal).pageSize;
    const before = Math.floor((at - WAL_HEADER) / frameBytes);
    return {
      wal: changed,
      whole: at < WAL_HEADER ? 0 : wholeUntil(wal, WAL_HEADER + before * frameBytes),
    };
  });
});

test("with garbage or half a page behind the last commit, it has lost nothing", () => {
  tearMany((wal) => {
    const end = lastCommitEnd(wal);
    const frameBytes = FRAME_HEADER + readWal(wal).pageSize;
    const half = wal.subarray(end - frameBytes, end - random.between(1, frameBytes - 1));
    const debris = random.chance(0.5) ? random.bytes(random.between(1, 3 * frameBytes)) : half;
    return { wal: Buffer.concat([wal.subarray(0, end), debris]), whole: wholeUntil(wal, end) };
  });
});
