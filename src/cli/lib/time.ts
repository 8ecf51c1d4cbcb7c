// How moments are shown, in UTC.

/** A moment as people and programs read it, e.g. `2026-11-22T10:00:00.000Z`. */
export const isoTime = (atMs: number): string => new Date(atMs).toISOString();

/** Text for a table: to the second, in UTC. */
export const shortTime = (atMs: number): string =>
  `${isoTime(atMs).slice(0, 19).replace("T", " ")}Z`;
