// Identifiers: a prefix that says what it names, and a ULID that sorts by time.
import { createUlids } from "./ulid.ts";

// One maker for all, so that ids of one process never collide and sort by creation.
const nextUlid = createUlids(Date.now);

export const newRequestId = (): string => `req_${nextUlid()}`;
export const newAccountId = (): string => `acct_${nextUlid()}`;
/** Names a process that holds for requests. */
export const newOwnerId = (): string => `proc_${nextUlid()}`;
export const newKeyId = (): string => `key_${nextUlid()}`;
export const newCompletionId = (): string => `chatcmpl-${nextUlid()}`;
export const newToolCallId = (): string => `call_${nextUlid()}`;
