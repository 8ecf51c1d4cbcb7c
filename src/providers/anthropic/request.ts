// The gateway's call as the body of Anthropic's Messages API.
import { byName } from "../../base/by-name.ts";
import type { ChatRequest } from "../../base/chat.ts";
import type { TextBlock } from "../claude/blocks.ts";
import { planRequest, type RequestPlan } from "../claude/plan.ts";
import { claudeRules, type PlatformFeatures } from "../claude/platform.ts";
import { fitClaudeId } from "../claude/tool-ids.ts";
import { claudeChoice, type ToolPlan } from "../claude/tools.ts";
import type { UpstreamCall } from "../protocol.ts";
import { describedSchema } from "../shared/answer-schema.ts";
import { nonEmptyString } from "../shared/json.ts";
import { readMedia } from "./content.ts";
import type { Media, MessagesBody } from "./wire.ts";

/** Anthropic's own bound on `metadata.user_id`; a longer one is left out. */
const MAX_USER_ID_CHARS = 256;

/** Priority capacity is used only where the client leaves the choice to the provider. */
const TIERS = byName<"auto" | "standard_only">({
  auto: "auto",
  priority: "auto",
  default: "standard_only",
  standard: "standard_only",
  standard_only: "standard_only",
  flex: "standard_only",
});

export interface BuiltRequest extends Pick<RequestPlan<Media>, "answerTool" | "ignored"> {
  body: MessagesBody;
}

/**
 * Builds the body, without `model`: an endpoint adds that where it belongs. Only what is named here
 * is sent; of unknown fields just `cache_control` of the whole request and `top_k` are Anthropic's
 * own. `call.request` stays as it is.
 * @throws ApiError 400, with the field in `param`, for what Anthropic cannot do
 */
export function buildRequest(
  call: UpstreamCall,
  options: { stream: boolean; features: PlatformFeatures },
): BuiltRequest {
  const { request, facts } = call;
  const maxTokens = Math.min(call.maxOutputTokens ?? facts.maxOutputTokens, facts.maxOutputTokens);
  const rules = claudeRules(call.upstreamModel, options.features);
  const tier = nonEmptyString(request.service_tier);
  const plan = planRequest<Media>(request, {
    rules,
    maxTokens,
    readMedia,
    fitId: fitClaudeId,
    serves: (field) => field === "service_tier" && tier === "priority",
  });
  const { thinking, effort } = plan.thinking;
  const knownTier = TIERS[tier ?? ""];
  const body: MessagesBody = {
    max_tokens: maxTokens,
    ...systemOf(plan.system),
    messages: plan.turns,
    ...plan.sampling,
    ...(plan.stop.length > 0 && { stop_sequences: plan.stop }),
    ...toolsOf(plan.tools),
    ...(thinking !== undefined && { thinking }),
    ...outputConfig(effort, plan.nativeSchema && describedSchema(plan.nativeSchema, request)),
    ...userOf(request),
    ...(knownTier !== undefined && { service_tier: knownTier }),
    ...plan.wholeBreakpoint,
    ...(options.stream && { stream: true as const }),
  };
  return { body, answerTool: plan.answerTool, ignored: plan.ignored };
}

/** One plain text as a string, several or marked ones as blocks. */
function systemOf(blocks: TextBlock[]): Pick<MessagesBody, "system"> {
  const [only] = blocks;
  if (only === undefined) {
    return {};
  }
  return { system: blocks.length === 1 && only.cache_control === undefined ? only.text : blocks };
}

/** Without any tool there is no choice either. */
function toolsOf({ tools, choice, single }: ToolPlan): Pick<MessagesBody, "tools" | "tool_choice"> {
  if (tools.length === 0) {
    return {};
  }
  // The default is not sent.
  const isUsual = choice.kind === "auto" && !single;
  return { tools, ...(!isUsual && { tool_choice: claudeChoice(choice, single) }) };
}

function outputConfig(
  effort: RequestPlan<Media>["thinking"]["effort"],
  schema: RequestPlan<Media>["nativeSchema"],
): Pick<MessagesBody, "output_config"> {
  const config: MessagesBody["output_config"] = {
    ...(effort !== undefined && { effort }),
    ...(schema !== null && { format: { type: "json_schema" as const, schema } }),
  };
  return Object.keys(config).length > 0 ? { output_config: config } : {};
}

/** The end user's identifier, by its new name before its old one. */
function userOf(request: ChatRequest): Pick<MessagesBody, "metadata"> {
  const id = nonEmptyString(request.safety_identifier) ?? nonEmptyString(request.user);
  return id === null || id.length > MAX_USER_ID_CHARS ? {} : { metadata: { user_id: id } };
}
