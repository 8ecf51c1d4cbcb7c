// The gateway's call as the body of a Converse request.
import type { ChatRequest } from "../../base/chat.ts";
import { planRequest, type RequestPlan } from "../claude/plan.ts";
import type { UpstreamCall } from "../protocol.ts";
import { OPENAI_CHAT_FIELDS, SERVER_FIELDS } from "../shared/chat-fields.ts";
import { isGiven, type JsonObject } from "../shared/json.ts";
import { type ConverseMedia, MediaReader } from "./content.ts";
import { calledTools, converseTurns, refuseMediaResults, systemBlocks } from "./messages.ts";
import { reasoningFields } from "./thinking.ts";
import { writeTools } from "./tools.ts";
import { type ModelFamily, modelFamily } from "./traits.ts";
import type { ConverseRequest, InferenceConfig, TextFormat } from "./wire.ts";

/**
 * Names under which models take an output limit of their own. A caller's would stand beside the one
 * that was paid for, so that not even the configuration lets them through.
 */
const LIMIT_FIELD = /^max_?(?:\w*tokens?|gen|new|length)|^num_|inference_?config/i;

/** Converse itself does not tell Claude's thinking apart from its other output. */
const THINKING_COUNT = "/usage/output_tokens_details";

const TIERS: ReadonlySet<unknown> = new Set(["flex", "priority", "reserved"]);

export interface RequestOptions {
  /** The configuration's: fields that go to the model itself. */
  passFields: boolean | readonly string[] | undefined;
}

export interface BuiltRequest extends Pick<RequestPlan<ConverseMedia>, "answerTool" | "ignored"> {
  body: ConverseRequest;
}

/**
 * Builds the body; the same one serves both operations. `call.request` stays as it is.
 * @throws ApiError 400 with the field, for what cannot be asked of Bedrock
 */
export function buildRequest(call: UpstreamCall, options: RequestOptions): BuiltRequest {
  const { request } = call;
  const family = modelFamily(call.upstreamModel);
  if (!family.mediaResults) {
    refuseMediaResults(request.messages);
  }
  const reader = new MediaReader();
  const passed = passedFields(request, options);
  const { service_tier: tier } = request;
  const plan = planRequest<ConverseMedia>(request, {
    rules: family,
    maxTokens: call.maxOutputTokens ?? call.facts.maxOutputTokens,
    readMedia: (part, place) => reader.read(part, place),
    serves: (field) =>
      Object.hasOwn(passed, field) || (field === "service_tier" && TIERS.has(tier)),
    fitId: family.fitId,
  });
  // An answer's tool that stands alone needs no more than Converse's own choice.
  const isAlone = plan.answerTool !== null && plan.tools.tools.length === 1;
  const single = plan.tools.single && !isAlone;
  const tools = writeTools({ ...plan.tools, single }, calledTools(plan.turns));
  const system = systemBlocks(plan.system);
  if (tools.instruction !== null) {
    system.push({ text: tools.instruction });
  }
  const inference = inferenceConfig(call, plan);
  const fields = {
    ...passed,
    ...(plan.sampling.top_k !== undefined && { top_k: plan.sampling.top_k }),
    ...reasoningFields(request.reasoning_effort, family),
    ...claudeFields(plan),
    ...tools.fields,
  };
  const body: ConverseRequest = {
    messages: converseTurns(plan.turns, plan.wholeBreakpoint),
    ...(system.length > 0 && { system }),
    ...(Object.keys(inference).length > 0 && { inferenceConfig: inference }),
    ...(tools.toolConfig !== null && { toolConfig: tools.toolConfig }),
    ...(plan.nativeSchema !== null && {
      outputConfig: { textFormat: textFormat(request, plan.nativeSchema) },
    }),
    ...(TIERS.has(tier) && { serviceTier: { type: String(tier) } }),
    ...(Object.keys(fields).length > 0 && { additionalModelRequestFields: fields }),
    ...(mayThink(plan, family) && { additionalModelResponseFieldPaths: [THINKING_COUNT] }),
  };
  // It always thinks, at least a little.
  const thinksAnyway = family.name === "gpt-oss" && request.reasoning_effort === "none";
  const ignored = [...plan.ignored, ...(thinksAnyway ? ["reasoning_effort"] : [])];
  return { body, answerTool: plan.answerTool, ignored };
}

function inferenceConfig(
  { maxOutputTokens }: UpstreamCall,
  { sampling, stop }: RequestPlan<ConverseMedia>,
): InferenceConfig {
  const { temperature, top_p: topP } = sampling;
  return {
    ...(maxOutputTokens !== null && { maxTokens: maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stop.length > 0 && { stopSequences: stop }),
  };
}

function textFormat({ response_format: format }: ChatRequest, schema: JsonObject): TextFormat {
  const { name = "answer", description } = format?.json_schema ?? {};
  const described = description ? { description } : {};
  const jsonSchema = { schema: JSON.stringify(schema), name, ...described };
  return { type: "json_schema", structure: { jsonSchema } };
}

/** Claude's own fields, which Converse passes on. */
function claudeFields({ thinking: plan }: RequestPlan<ConverseMedia>): JsonObject {
  const { thinking, effort } = plan;
  return {
    ...(thinking !== undefined && { thinking }),
    ...(effort !== undefined && { output_config: { effort } }),
  };
}

/** Newer models of Claude's think unasked. */
function mayThink({ thinking }: RequestPlan<ConverseMedia>, family: ModelFamily): boolean {
  const { type } = thinking.thinking ?? {};
  const isWanted = type === "enabled" || type === "adaptive" || type === "between_tools";
  const isHabit = family.name === "claude" && !family.sampling && type !== "disabled";
  return isWanted || isHabit;
}

/** What the operator lets through to the models themselves. */
function passedFields(request: ChatRequest, { passFields }: RequestOptions): JsonObject {
  const passes = (field: string): boolean => {
    if (LIMIT_FIELD.test(field) || SERVER_FIELDS.has(field) || OPENAI_CHAT_FIELDS.has(field)) {
      return false;
    }
    return Array.isArray(passFields) ? passFields.includes(field) : passFields === true;
  };
  const given = Object.entries(request).filter(([field, value]) => isGiven(value) && passes(field));
  return Object.fromEntries(given);
}
