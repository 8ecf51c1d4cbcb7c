// What the upstream counts: for each request how often it came, what usage it reported, how much text it delivered.
import type { Usage } from "../price.ts";
import type { Part } from "./script.ts";

export interface Tally {
  /** How often the request came: each should come once. */
  met: number;
  model: string;
  /** The limit of output that it was told; null when none. */
  limit: number | null;
  /** What was really used, whatever was reported of it. */
  used: Usage | null;
  /** The last final usage whose bytes were all written, times `reports`. */
  reported: Usage | null;
  reports: number;
  /** The first and the last usage before the answer's end. */
  early: Usage | null;
  lastEarly: Usage | null;
  /** Bytes of text that were written, or were about to be. */
  outputBytes: number;
}

export const newTally = (model: string, limit: number | null): Tally => ({
  met: 0,
  model,
  limit,
  used: null,
  reported: null,
  reports: 0,
  early: null,
  lastEarly: null,
  outputBytes: 0,
});

/** Counts a part as delivered. */
export function count(tally: Tally, { usage, isFinal, outputBytes }: Part): void {
  tally.outputBytes += outputBytes ?? 0;
  if (usage === undefined) return;
  if (isFinal === true) {
    tally.reported = usage;
    tally.reports++;
    return;
  }
  tally.early ??= usage;
  tally.lastEarly = usage;
}
