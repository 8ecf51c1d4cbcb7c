// The gateway's call as the body of Anthropic's Messages API.
import type { UpstreamCall } from "../protocol.ts";
import { CacheMarks } from "./cache-marks.ts";
import { convertMessages } from "./messages.ts";
import { traitsOf } from "./model-matrix.ts";
import { refuseUnsupported, samplingOf, stopOf, tierOf, userOf } from "./parameters.ts";
import { answerForm } from "./response-format.ts";
import { planThinking } from "./thinking.ts";
import { prepareTools } from "./tools.ts";
import type { MessagesBody, TextBlock } from "./wire.ts";

/** What a platform that hosts Claude offers of Anthropic's own API. */
export interface PlatformFeatures {
  /** Structured output (`output_config.format`) and strict tools. */
  nativeJson: boolean;
  /** Messages of the role `system` in mid-conversation. */
  systemTurns: boolean;
}

/** Anthropic's own API has all of it. */
export const ANTHROPIC_FEATURES: PlatformFeatures = { nativeJson: true, systemTurns: true };

export interface BuiltRequest {
  body: MessagesBody;
  /** The tool whose input is the answer's text, to be undone in the answer; null without one. */
  answerTool: string | null;
}

/**
 * Builds the body, without `model`: an endpoint adds that where it belongs. Only what is named here
 * is sent; of unknown fields just `cache_control` of the whole request is Anthropic's own.
 * `call.request` stays as it is.
 * @throws ApiError 400, with the field in `param`, for what Anthropic cannot do
 */
export function buildRequest(
  call: UpstreamCall,
  options: { stream: boolean; features: PlatformFeatures },
): BuiltRequest {
  const { request, facts } = call;
  refuseUnsupported(request);
  const traits = traitsOf(call.upstreamModel);
  const nativeJson = traits.nativeJson && options.features.nativeJson;
  const maxTokens = Math.min(call.maxOutputTokens ?? facts.maxOutputTokens, facts.maxOutputTokens);

  const form = answerForm(request, { nativeJson, forcedTools: traits.forcedTools });
  const marks = new CacheMarks();
  const wholeMark = marks.take({ cache_control: request.cache_control });
  const tools = prepareTools(request, {
    marks,
    forcedTools: traits.forcedTools,
    strictTools: nativeJson,
    answerTool: form.tool,
  });
  const choice = tools.tool_choice?.type;
  const plan = planThinking(request, traits, {
    maxTokens,
    forcesTool: choice === "any" || choice === "tool",
  });
  const thinks = plan.thinking !== undefined && plan.thinking.type !== "disabled";
  const conversation = convertMessages(request.messages, {
    marks,
    systemTurns: traits.systemTurns && options.features.systemTurns,
  });
  const outputConfig: MessagesBody["output_config"] = {
    ...(plan.effort !== undefined && { effort: plan.effort }),
    ...(form.nativeSchema !== null && {
      format: { type: "json_schema" as const, schema: form.nativeSchema },
    }),
  };
  const body: MessagesBody = {
    max_tokens: maxTokens,
    ...systemOf(conversation.system, form.instruction),
    messages: conversation.turns,
    ...samplingOf(request, traits, thinks),
    ...stopOf(request),
    ...tools,
    ...(plan.thinking !== undefined && { thinking: plan.thinking }),
    ...(Object.keys(outputConfig).length > 0 && { output_config: outputConfig }),
    ...userOf(request),
    ...tierOf(request),
    ...wholeMark,
    ...(options.stream && { stream: true as const }),
  };
  return { body, answerTool: form.tool?.name ?? null };
}

/** One plain text as a string, several or marked ones as blocks; the instruction comes last. */
function systemOf(blocks: TextBlock[], instruction: string | null): Pick<MessagesBody, "system"> {
  const all: TextBlock[] =
    instruction === null ? blocks : [...blocks, { type: "text", text: instruction }];
  const [only] = all;
  if (only === undefined) {
    return {};
  }
  return { system: all.length === 1 && only.cache_control === undefined ? only.text : all };
}
