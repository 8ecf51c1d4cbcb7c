// What can be used and priced beside tokens. All counts are whole: a second that was begun is one.

export const UNITS = ["images", "seconds", "characters", "pages", "requests"] as const;
export type Unit = (typeof UNITS)[number];
export type UnitCounts = Partial<Record<Unit, number>>;
