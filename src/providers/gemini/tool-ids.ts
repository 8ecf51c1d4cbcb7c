// Ids of tool calls: which of them are Gemini's own, and go back to it.
import { newToolCallId } from "../../base/ids.ts";

/**
 * Put before an id that Gemini gave. Gemini is to get back its own ids only, and a client's history
 * may hold calls of the gateway's making or of another provider's models. The prefix tells them
 * apart without any memory, after a restart too; with it a UUID still fits OpenAI's limit of 40
 * characters.
 */
const GEMINI_ID_PREFIX = "gid-";

/** The id that the client sees for a call, from the id that Gemini gave it, if any. */
export function clientToolCallId(geminiId: string | null): string {
  return geminiId === null ? newToolCallId() : GEMINI_ID_PREFIX + geminiId;
}

/** Gemini's own id for a call that comes back from a client, or null when Gemini gave none. */
export function geminiToolCallId(clientId: string): string | null {
  return clientId.startsWith(GEMINI_ID_PREFIX) && clientId.length > GEMINI_ID_PREFIX.length
    ? clientId.slice(GEMINI_ID_PREFIX.length)
    : null;
}
