// What a caller is told of an image that cannot be had: nothing of the network that was looked at.
import { ApiError, invalidRequest } from "../../base/errors.ts";

/** OpenAI's code for an image URL that cannot be used. */
const CODE = "invalid_image_url";

/**
 * The one answer for a URL that must not be fetched and for one that fails, so that neither names,
 * addresses nor ports inside can be told apart from outside.
 * @param cause for the operator's log
 */
export function notFetched(cause: unknown): ApiError {
  return refused("The image at this URL could not be fetched. Send it as a data: URL.", cause);
}

/** A 400 about what a public server sent. */
export function refused(message: string, cause?: unknown): ApiError {
  return new ApiError({
    status: 400,
    type: "invalid_request_error",
    code: CODE,
    param: "messages",
    message,
    ...(cause !== undefined && { cause }),
  });
}

/**
 * For a dialect that needs bytes where fetching is switched off.
 * @param param the content part's path, as `messages[0].content[1]`
 */
export function fetchingIsOff(param: string): ApiError {
  return invalidRequest(
    "This model takes images as data: URLs only: this server does not fetch images by their URL.",
    param,
    CODE,
  );
}
