// Refuses bodies that say of themselves that they are something else than plain JSON.
import { ApiError } from "../../base/errors.ts";

const JSON_TYPE = /^(?:application\/json|text\/json|application\/[\w.-]+\+json|text\/plain)$/;

/**
 * Accepts JSON's media types, `text/plain` and none at all (many clients send these), and no
 * compression.
 * @throws ApiError 415
 */
export function assertJsonContent(headers: Headers): void {
  const type = (headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type !== "" && !JSON_TYPE.test(type)) {
    throw unsupported(
      "Unsupported Content-Type: send the body with 'Content-Type: application/json'.",
    );
  }
  const encoding = (headers.get("content-encoding") ?? "").trim().toLowerCase();
  if (encoding !== "" && encoding !== "identity") {
    throw unsupported("Unsupported Content-Encoding: send the body uncompressed.");
  }
}

const unsupported = (message: string): ApiError =>
  new ApiError({
    status: 415,
    type: "invalid_request_error",
    code: "unsupported_media_type",
    message,
  });
