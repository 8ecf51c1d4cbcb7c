// Identifiers: a prefix that says what it names, and a ULID that sorts by time.
import { monotonicFactory } from "ulid";

// Monotonic within a millisecond, so that ids of one process never collide and sort by creation.
const nextUlid = monotonicFactory();

export const newRequestId = (): string => `req_${nextUlid()}`;
export const newAccountId = (): string => `acct_${nextUlid()}`;
/** Names a process that holds for requests. */
export const newOwnerId = (): string => `proc_${nextUlid()}`;
export const newKeyId = (): string => `key_${nextUlid()}`;
export const newCompletionId = (): string => `chatcmpl-${nextUlid()}`;
export const newToolCallId = (): string => `call_${nextUlid()}`;
