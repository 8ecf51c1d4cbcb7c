// Bounds a request's headers.
import { ApiError } from "../../base/errors.ts";
import type { Config } from "../../config/schema.ts";

/**
 * Checks that all header names and values together have at most `limits.headerBytes` bytes.
 * @throws ApiError 431
 */
export function assertHeaderSize(headers: Headers, limits: Config["limits"]): void {
  let bytes = 0;
  // Header text is Latin-1 on the wire, so that a character is a byte.
  headers.forEach((value, name) => {
    bytes += name.length + value.length;
  });
  if (bytes <= limits.headerBytes) return;
  throw new ApiError({
    status: 431,
    type: "invalid_request_error",
    code: "request_headers_too_large",
    message: `The request's headers are too large: at most ${limits.headerBytes} bytes in total.`,
  });
}
