// Ids of tool calls on their way to a model.
import type { ModelFamily } from "./model-family.ts";

const MISTRAL_ID = /^[A-Za-z0-9]{9}$/;

/** Converse's own rule for `toolUseId`. */
const CONVERSE_ID = /^[A-Za-z0-9_.:-]{1,64}$/;

/**
 * An id as the model takes it: Mistral's must be 9 letters or digits, all others at most 64
 * characters of a small set. One that does not fit is hashed, the same always to the same, so that
 * calls and results still meet.
 */
export function toolUseId(id: string, family: ModelFamily): string {
  if (family.name === "mistral") {
    return MISTRAL_ID.test(id) ? id : hash(id).slice(-9);
  }
  return CONVERSE_ID.test(id) ? id : `call_${hash(id)}`;
}

function hash(id: string): string {
  return Bun.hash(id).toString(36).padStart(13, "0");
}
