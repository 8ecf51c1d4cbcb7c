// Ids of tool calls: each its own in an answer, and fit for a provider that does not take all of them.
import { newToolCallId } from "../../base/ids.ts";
import { nonEmptyString } from "./json.ts";

/** The id of an answer's call, or a new one: two calls under one id could not be answered apart. @param used grows by it */
export function freshCallId(given: unknown, used: Set<string>): string {
  const own = nonEmptyString(given);
  const id = own === null || used.has(own) ? newToolCallId() : own;
  used.add(id);
  return id;
}

/** Characters of a made id after its prefix: 32 of 16 kinds are 128 bits, so that two never meet. */
const HASH_CHARS = 32;

/**
 * The id as the provider takes it: unchanged where it fits, else one made from it, the same always
 * from the same, so that a call and its result still meet, in this turn and in the next.
 * @param fits what the provider takes; must take `call_` and 32 hexadecimal digits
 */
export function fittingToolId(id: string, fits: RegExp): string {
  return fits.test(id) ? id : `call_${hashedId(id)}`;
}

/** What Mistral's models take. */
export const MISTRAL_TOOL_ID = /^[A-Za-z0-9]{9}$/;

/** An id of hexadecimal digits from another, for providers with a stricter form. */
export function hashedId(id: string, chars = HASH_CHARS): string {
  return new Bun.CryptoHasher("sha256").update(id).digest("hex").slice(0, chars);
}
