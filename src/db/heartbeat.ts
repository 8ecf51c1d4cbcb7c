// Whether the database takes writes, found out by writing.
import type { Database } from "./open.ts";
import { heartbeat } from "./tables/heartbeat.ts";

/** Writes a row: a lock, a full disk and a read-only one show here. */
export function beat({ orm }: Pick<Database, "orm">, atMs: number): void {
  orm
    .insert(heartbeat)
    .values({ id: 1, atMs })
    .onConflictDoUpdate({ target: heartbeat.id, set: { atMs } })
    .run();
}
