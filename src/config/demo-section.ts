// The configuration of the built-in demo model.
import { z } from "zod";
import { MINUTE_MS } from "./primitives.ts";

export const demo = z.strictObject({
  /** Serve the built-in demo model. */
  enabled: z.boolean().default(false),
  /** Ids of the catalogue that the demo model answers under too, at their real prices. */
  models: z.array(z.string().min(1)).default([]),
  /** Pause between two streamed words. */
  wordDelayMs: z.int().min(0).max(MINUTE_MS).default(20),
  /** Pause before the first word. */
  firstWordDelayMs: z
    .int()
    .min(0)
    .max(10 * MINUTE_MS)
    .default(0),
});
