// The configuration of what requests and answers may be at most.
import { z } from "zod";
import { durationMs, MIB, MINUTE_MS, positiveInt } from "./primitives.ts";

/** What is in memory for each byte of a body: its bytes, their text, the JSON made of it, and what goes upstream. */
export const BODY_FORMS = 4;

const limitSettings = z.strictObject({
  /** Request body in bytes. */
  bodyBytes: positiveInt.max(512 * MIB).default(24 * MIB),
  /** Time for a client to send its whole body. */
  bodyTimeoutMs: durationMs.default(MINUTE_MS),
  /** The same for an account without credit, which can only use free models. */
  bodyBytesWithoutCredit: positiveInt.default(256 * 1024),
  /** Memory for the bodies of all requests in progress: each takes four times its length, twice once it is answered. */
  bodyMemoryBytes: positiveInt.default(1024 * MIB),
  /** Nesting of a request's JSON. */
  jsonDepth: positiveInt.max(1000).default(64),
  /** Members of any object in it. */
  jsonFields: positiveInt.default(2048),
  /** Items of any array in it. */
  jsonItems: positiveInt.default(10_000),
  /**
   * What reading it may cost: 512 for each value, 2 for each plain character of a string up to 16 KiB and none in a
   * longer one, which is read in turns, 32 for each escaped character, 4 for each outside of strings. A million takes
   * about a millisecond, during which nothing else goes on.
   */
  jsonWeight: positiveInt.default(32 * MIB),
  messages: positiveInt.default(10_000),
  /** Items of any list of one message: the parts of its content, its calls. */
  messageItems: positiveInt.default(2048),
  tools: positiveInt.default(512),
  /** Answers to one request (`n`). */
  choices: positiveInt.default(16),
  /** Chat requests in progress in the whole server. */
  concurrentRequests: positiveInt.default(8192),
  /** One account may have at most 1/N of `concurrentRequests` and of `bodyMemoryBytes`. */
  accountShare: positiveInt.default(2),
  /** An answer without streaming, in bytes. */
  upstreamBodyBytes: positiveInt.default(64 * MIB),
  /** One event of a provider's stream, in bytes. */
  upstreamEventBytes: positiveInt.default(16 * MIB),
});

export const limits = limitSettings.refine(
  ({ bodyBytes, bodyMemoryBytes, accountShare }) =>
    bodyMemoryBytes >= BODY_FORMS * bodyBytes * accountShare,
  {
    path: ["bodyMemoryBytes"],
    message: `a body of bodyBytes would never fit: needs at least ${BODY_FORMS} * bodyBytes * accountShare`,
  },
);
