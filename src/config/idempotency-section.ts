// The configuration of answers that are kept for an Idempotency-Key.
import { z } from "zod";
import { durationMs, MIB, MINUTE_MS, positiveInt } from "./primitives.ts";

/** Answers kept for clients that send an Idempotency-Key, so that a request which comes twice is paid once. */
export const idempotency = z.strictObject({
  /** Off: the header is ignored, and nothing is kept. */
  enabled: z.boolean().default(true),
  /** How long a key is remembered. */
  keepMs: durationMs.default(24 * 60 * MINUTE_MS),
  /** A longer answer is not kept: its key is then refused instead of being answered, or charged, twice. */
  maxAnswerBytes: positiveInt.max(64 * MIB).default(MIB),
  /** Answers kept at once; of more the oldest are removed, from the account that has the most. */
  maxAnswers: positiveInt.default(100_000),
  /** Bytes of all kept answers; likewise. */
  maxTotalBytes: positiveInt.default(1024 * MIB),
});
