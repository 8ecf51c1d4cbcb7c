// The configuration of images that come by URL.
import { z } from "zod";
import { durationMs, MIB, positiveInt } from "./primitives.ts";

/** Images by URL, for providers that take bytes only. */
export const media = z.strictObject({
  /** Fetch them; only from public addresses, without redirects. */
  fetchImages: z.boolean().default(true),
  /** One image, in bytes. */
  maxBytes: positiveInt.max(64 * MIB).default(16 * MIB),
  /** One image, its name's look-up included. */
  timeoutMs: durationMs.default(10_000),
});
