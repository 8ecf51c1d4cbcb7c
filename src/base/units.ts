// What can be used and priced beside tokens. All counts are whole: a second that was begun is one.

export const UNITS = ["images", "seconds", "characters", "pages", "requests"] as const;
export type Unit = (typeof UNITS)[number];
/** One of each, as prices name it. */
export const ONE_OF = {
  images: "image",
  seconds: "second",
  characters: "character",
  pages: "page",
  requests: "request",
} as const satisfies Record<Unit, string>;

export type UnitCounts = Partial<Record<Unit, number>>;

/** How many of a unit were used: what is charged for at all is at least one request. */
export const usedOf = (unit: Unit, counts: UnitCounts): number =>
  unit === "requests" ? Math.max(1, counts.requests ?? 1) : (counts[unit] ?? 0);
