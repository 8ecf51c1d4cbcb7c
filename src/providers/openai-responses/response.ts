// A whole response of the Responses API as UpstreamCompletion: a stream's last event, and no other before it.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { chunksAsWhole } from "../shared/envelope.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
import { readAnswer } from "../shared/read-event.ts";
import { ResponseStream } from "./stream.ts";

/**
 * Reads a 200 answer into one choice. What several messages say is put together, as the SDK's
 * `output_text` does; items of tools that the provider runs itself are passed over.
 * @param model the model that was asked for, where the answer names none
 * @throws ApiError when the body is not JSON, has no output, or the response failed or did not end
 */
export function parseResponse(text: string, model: string): UpstreamCompletion {
  const body = readAnswer(text, COMMON_ERRORS);
  if (!Array.isArray(body.output)) {
    throw upstreamError("The provider's answer has no output.");
  }
  return chunksAsWhole(new ResponseStream(model).finish(body));
}
