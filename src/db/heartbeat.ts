// Whether the database takes writes, found out by writing.
import type { Database } from "./open.ts";
import { heartbeat } from "./tables/heartbeat.ts";

/** A write costs a disk flush, and anyone may ask: a success holds for this long. */
const FRESH_MS = 1000;

/**
 * Gives a function that says whether a row can be written and committed: a lock, a full disk and a read-only one show
 * here.
 */
export function createHeartbeat(database: Database): () => boolean {
  let goodAtMonoMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - goodAtMonoMs < FRESH_MS) return true;
    const isGood = beat(database);
    if (isGood) goodAtMonoMs = performance.now();
    return isGood;
  };
}

function beat({ orm, write }: Database): boolean {
  const atMs = Date.now();
  const row = { id: 1, atMs };
  try {
    write(() =>
      orm
        .insert(heartbeat)
        .values(row)
        .onConflictDoUpdate({ target: heartbeat.id, set: { atMs } })
        .run(),
    );
    return true;
  } catch {
    return false;
  }
}
