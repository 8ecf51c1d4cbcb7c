// The configuration of holds and their commits.
import { z } from "zod";
import { durationMs, positiveInt } from "./primitives.ts";

export const money = z.strictObject({
  /** A request without an output limit of its own may hold at most 1/N of the available credit for its output. */
  defaultOutputShare: positiveInt.default(8),
  /** But never less than the cost of this many output tokens. */
  floorOutputTokens: positiveInt.default(256),
  /** Money operations that may wait for one commit; more are refused with 503. */
  commitQueue: positiveInt.default(20_000),
  /** How long a commit may wait for a database that another process has locked. */
  lockTimeoutMs: durationMs.default(5_000),
});
