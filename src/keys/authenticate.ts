// Who is calling: from the two headers that may carry a key to the account that pays.
import type { Clock } from "../base/clock.ts";
import { ApiError } from "../base/errors.ts";
import { hashKey, isWellFormed } from "./format.ts";
import type { KeyPort } from "./keyring.ts";
import { createKnownKeys, type GoodKey } from "./known-keys.ts";

/** The key's owner. */
export interface Caller {
  keyId: string;
  accountId: string;
}

export interface Credentials {
  /** The whole `Authorization` header, or null. */
  authorization: string | null;
  /** The `x-api-key` header, or null. */
  apiKey: string | null;
}

/** Longer headers cannot be keys, and are not worth a look. */
const MAX_HEADER_CHARS = 1024;

/**
 * Returns what checks the caller's key, without a wait where it is known. Its messages help, and never repeat what was
 * sent. It throws or rejects with an ApiError 401 `invalid_api_key` when the key is missing, malformed, unknown, revoked
 * or expired, and with what the store throws. A change of a key counts within 100 ms, a new key at once.
 */
export function createAuthenticator(
  keys: Pick<KeyPort, "findKey" | "version">,
  clock: Clock,
): (credentials: Credentials) => Caller | Promise<Caller> {
  const knownKey = createKnownKeys(keys, clock, async (sent) => {
    if (!isWellFormed(sent)) {
      throw invalidKey(
        "The API key is malformed or mistyped: keys of this server begin with 'aacf_' and end in a checksum.",
      );
    }
    const key = await keys.findKey(hashKey(sent));
    if (key === undefined) throw invalidKey("The API key is unknown. Check that it is complete.");
    if (key.revokedAtMs !== null) throw invalidKey("The API key has been revoked.");
    return { keyId: key.id, accountId: key.accountId, expiresAtMs: key.expiresAtMs };
  });

  function callerOf({ keyId, accountId, expiresAtMs }: GoodKey): Caller {
    if (expiresAtMs !== null && expiresAtMs <= clock.nowMs()) {
      throw invalidKey("The API key has expired.");
    }
    return { keyId, accountId };
  }

  return (credentials) => {
    const key = knownKey(readKey(credentials));
    return key instanceof Promise ? key.then(callerOf) : callerOf(key);
  };
}

function readKey({ authorization, apiKey }: Credentials): string {
  const bearer = authorization === null ? null : readBearer(authorization);
  const other = apiKey?.trim() ?? "";
  const sent = bearer ?? other;
  if (sent === "") {
    throw invalidKey(
      "No API key was sent. Send it as 'Authorization: Bearer <key>' or in the x-api-key header.",
    );
  }
  if (bearer !== null && other !== "" && other !== bearer) {
    throw invalidKey("The Authorization and x-api-key headers carry different keys. Send one.");
  }
  return sent;
}

function readBearer(authorization: string): string {
  const match = /^Bearer +(\S+) *$/i.exec(authorization.slice(0, MAX_HEADER_CHARS + 8));
  if (match?.[1] === undefined) {
    throw invalidKey("The Authorization header must be 'Bearer <key>'.");
  }
  return match[1];
}

function invalidKey(message: string): ApiError {
  return new ApiError({
    status: 401,
    type: "invalid_request_error",
    code: "invalid_api_key",
    message,
  });
}
