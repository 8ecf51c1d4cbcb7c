// The Responses API's failures, which mostly come under a 200 or in a stream.
import { findError } from "../shared/error-body.ts";
import { defineErrors } from "../shared/errors.ts";

/** Codes of failed responses for which the request is at fault, by how they begin. */
const CALLER_FAULT = new RegExp(
  `^(?:${[
    "invalid_",
    "image_",
    "empty_image_",
    "unsupported_image_",
    "failed_to_download_image",
    "bio_policy",
    "misalignment_policy",
    "context_length_",
  ].join("|")})`,
);

/** No HTTP status comes with an `error` event or a failed response, so the code stands for it. */
export const ERRORS = defineErrors({
  find(payload) {
    const found = findError(payload);
    const status = CALLER_FAULT.test(found?.code ?? "") ? 400 : null;
    return found && { ...found, status: found.status ?? status };
  },
});
