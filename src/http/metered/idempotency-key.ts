// The Idempotency-Key header: a client's name for one request.
import { createHash } from "node:crypto";
import { invalidRequest } from "../../base/errors.ts";

/** As Stripe's keys: longer ones are no names. */
const MAX_CHARS = 255;

/**
 * Reads the key.
 * @returns null when the header is not there
 * @throws ApiError 400 when it is empty, longer than 255 characters, or has others than visible ASCII
 */
export function readIdempotencyKey(headers: Headers): string | null {
  const key = headers.get("idempotency-key");
  if (key === null) return null;
  if (key.length <= MAX_CHARS && /^[!-~]+$/.test(key)) return key;
  throw invalidRequest(
    `Invalid 'Idempotency-Key': expected 1 to ${MAX_CHARS} visible ASCII characters.`,
    "Idempotency-Key",
  );
}

/** SHA-256 in hex. */
export const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex");
