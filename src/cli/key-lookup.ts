// Finding the key that a command names by its id.
import type { ApiKey, Keyring } from "../keys/keyring.ts";
import { CliError } from "./failure.ts";
import { stateOf } from "./key-view.ts";

/** The failure for an id that names no key. A pasted key is not repeated: terminals keep a log. */
export function unknownKey(id: string): CliError {
  if (id.startsWith("aacf_")) {
    return new CliError('that is a key, not an id: "aacflow keys list" shows the ids (key_…)');
  }
  return new CliError(`there is no key ${id.slice(0, 60)}: "aacflow keys list" shows the ids`);
}

/** A key that works at that moment. @throws CliError when it is unknown, revoked or expired. */
export function activeKey(keyring: Keyring, id: string, nowMs: number): ApiKey {
  const key = keyring.get(id);
  if (key === undefined) throw unknownKey(id);
  const state = stateOf(key, nowMs);
  if (state === "active") return key;
  throw new CliError(`${id} is ${state}: make a new key with aacflow keys create`);
}
