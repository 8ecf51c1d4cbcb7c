// Who is calling: from the two headers that may carry a key to the account that pays.
import { ApiError } from "../base/errors.ts";
import { isWellFormed } from "./format.ts";
import type { ApiKey } from "./keyring.ts";

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
 * Checks the caller's key. The messages help, and never repeat what was sent.
 * @throws ApiError 401 `invalid_api_key` when the key is missing, malformed, unknown, revoked or expired.
 */
export async function authenticate(
  find: (secret: string) => Promise<ApiKey | undefined>,
  credentials: Credentials,
  nowMs: number,
): Promise<Caller> {
  const key = await find(readKey(credentials));
  if (key === undefined) throw invalidKey("The API key is unknown. Check that it is complete.");
  if (key.revokedAtMs !== null) throw invalidKey("The API key has been revoked.");
  if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs) {
    throw invalidKey("The API key has expired.");
  }
  return { keyId: key.id, accountId: key.accountId };
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
  if (sent.length > MAX_HEADER_CHARS || !isWellFormed(sent)) {
    throw invalidKey(
      "The API key is malformed or mistyped: keys of this server begin with 'aacf_' and end in a checksum.",
    );
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
