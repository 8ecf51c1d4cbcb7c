// A call as the body of generateContent: the whole mapping of a request, without sending anything.
import type { UpstreamCall } from "../protocol.ts";
import { refuseForms } from "../shared/form-fields.ts";
import { readTools } from "../shared/tool-choice.ts";
import { buildContents, type MessagesContext } from "./messages.ts";
import { buildParameters, REFUSED_FIELDS } from "./parameters.ts";
import { answerForm, dropsTools } from "./response-format.ts";
import { planThinking } from "./thinking.ts";
import { buildTools } from "./tools.ts";
import { modelTraits } from "./traits.ts";
import type { GenerateContentBody } from "./wire.ts";

/** What the mapping depends on beside the call: plain data, so that it is a function of it. */
export type RequestContext = Omit<MessagesContext, "traits">;

export interface BuiltRequest {
  body: GenerateContentBody;
  /** Fields of the request that were left out. */
  ignored: string[];
}

/**
 * The body to send, the same for an answer at once and for a stream. The call, whose media stand in
 * it as `data:` URLs, is not changed.
 * @throws ApiError 400 that names the field, for what Gemini cannot do
 */
export function buildRequest(call: UpstreamCall, context: RequestContext): BuiltRequest {
  const { request, maxOutputTokens } = call;
  refuseForms(request, REFUSED_FIELDS);
  const traits = modelTraits(call.upstreamModel);
  const offered = readTools(request);
  const form = answerForm(request, offered, traits);
  const plain = buildParameters(request, maxOutputTokens, traits, context.api);
  const { reasoning_effort: effort } = request;
  const { config: thinkingConfig, ignored: asksInVain } = planThinking(
    effort,
    traits,
    maxOutputTokens,
  );
  const config = { ...plain.config, ...form.config, ...(thinkingConfig && { thinkingConfig }) };
  return {
    body: {
      ...buildContents(request.messages, { ...context, traits }, form.instruction),
      ...(dropsTools(form, offered) ? {} : buildTools(offered)),
      ...(Object.keys(config).length > 0 && { generationConfig: config }),
      ...plain.serviceTier,
    },
    ignored: [
      ...plain.ignored,
      ...(asksInVain ? ["reasoning_effort"] : []),
      ...(form.ignored ? ["response_format"] : []),
      ...(form.unheld ? ["response_format.json_schema.strict"] : []),
      ...(offered.all.length > 0 && !offered.parallel ? ["parallel_tool_calls"] : []),
    ],
  };
}
