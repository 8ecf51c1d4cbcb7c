// A whole response of the Responses API as UpstreamCompletion.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { Envelope, wholeChoice } from "../shared/envelope.ts";
import { type FinishReason, finishReasonOf } from "../shared/finish-reason.ts";
import { asArray, asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { readAnswer } from "../shared/read-event.ts";
import { ERRORS } from "./errors.ts";
import {
  readAnnotations,
  readItemText,
  readLogprobs,
  readToolCall,
  SUMMARY_SEPARATOR,
} from "./output.ts";
import { readUsage } from "./usage.ts";

/**
 * Reads a 200 answer into one choice. What several messages say is put together, as the SDK's
 * `output_text` does; items of tools that the provider runs itself are passed over.
 * @param model the model that was asked for, where the answer names none
 * @throws ApiError when the body is not JSON, has no output, or the response failed or did not end
 */
export function parseResponse(text: string, model: string): UpstreamCompletion {
  const body = readAnswer(text, ERRORS);
  if (!Array.isArray(body.output)) {
    throw upstreamError("The provider's answer has no output.");
  }
  const items = body.output.map(asObject);
  const texts = items.map(readItemText);
  const calls = items.map(readToolCall).filter((call) => call !== null);
  const said = {
    text: texts.map((item) => item.text).join(""),
    refusal: nonEmptyString(texts.map((item) => item.refusal).join("")),
    reasoning: texts.flatMap(({ reasoning }) => reasoning || []).join(SUMMARY_SEPARATOR),
    annotations: items.flatMap(readAnnotations),
    calls,
  };
  const finishReason = responseEnd(body, calls.length > 0);
  const envelope = new Envelope(model);
  envelope.read({ id: body.id, model: body.model, created: body.created_at });
  return envelope.whole(
    [wholeChoice(0, said, finishReason, readLogprobs(items.flatMap(tokensOf)))],
    readUsage(body.usage),
    {
      ...(typeof body.service_tier === "string" && { service_tier: body.service_tier }),
      ...(isObject(body.moderation) && { moderation: body.moderation }),
    },
  );
}

/**
 * The finish reason of a response that has ended.
 * @param hasToolCalls the answer holds calls, which makes an ordinary end "tool_calls"
 * @throws ApiError for one that failed, was cancelled or has not ended at all
 */
export function responseEnd(response: JsonObject, hasToolCalls: boolean): FinishReason {
  switch (response.status ?? "completed") {
    case "completed":
      return hasToolCalls ? "tool_calls" : "stop";
    case "incomplete": {
      const reason = nonEmptyString(asObject(response.incomplete_details).reason);
      const found = finishReasonOf(reason ?? "incomplete", { hasCalls: false, hasOutput: true });
      // Whatever it was that stopped it, it is not whole.
      return found === "content_filter" ? found : "length";
    }
    case "failed":
      throw (
        ERRORS.fromPayload(response) ?? upstreamError("The provider failed to answer the request.")
      );
    default:
      throw upstreamError("The provider did not finish its answer.");
  }
}

function tokensOf({ content }: JsonObject): readonly unknown[] {
  return asArray(content).flatMap((part) => asArray(asObject(part).logprobs));
}
