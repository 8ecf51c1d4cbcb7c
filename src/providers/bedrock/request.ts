// The gateway's call as the body of a Converse request.

import type { ChatRequest } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import type { MediaFetcher } from "../media/fetcher.ts";
import { OPENAI_CHAT_FIELDS, SERVER_FIELDS } from "../openai/quirks.ts";
import type { UpstreamCall } from "../protocol.ts";
import type { JsonObject } from "../shared/json.ts";
import { MediaReader } from "./media.ts";
import { buildConversation, calledTools, endsWithToolResult, hasToolBlocks } from "./messages.ts";
import { type ModelFamily, modelFamily } from "./model-family.ts";
import { type Reasoning, reasoningFields } from "./reasoning.ts";
import { planJson } from "./structured-output.ts";
import { nameOf, readTools } from "./tool-choice.ts";
import { planTools } from "./tools.ts";
import type { ConverseRequest, InferenceConfig } from "./wire.ts";

/**
 * Names under which models take an output limit of their own. A caller's would stand beside the one
 * that was paid for, so that not even the configuration lets them through.
 */
const LIMIT_FIELD = /^max_?(?:\w*tokens?|gen|new|length)|^num_|inference_?config/i;

export interface RequestOptions {
  fetchMedia: MediaFetcher | null;
  signal: AbortSignal;
  passFields: boolean | readonly string[] | undefined;
}

export interface BuiltRequest {
  body: ConverseRequest;
  /** The name of the tool whose input is the answer, or null. */
  answerTool: string | null;
}

/**
 * Builds the body; the same one serves both operations. `call.request` stays as it is. Fields that
 * Converse has no place for and that only tune the answer (`seed`, penalties, `logit_bias`) are
 * dropped.
 * @throws ApiError 400 with the field, for what cannot be asked of Bedrock
 */
export async function buildRequest(
  call: UpstreamCall,
  options: RequestOptions,
): Promise<BuiltRequest> {
  const { request } = call;
  refuseUnsupported(request);
  const family = modelFamily(call.upstreamModel);
  const media = new MediaReader(options.fetchMedia, options.signal);
  const { system, turns } = await buildConversation(request.messages, { family, media });
  const outputLimit = call.maxOutputTokens ?? call.facts.maxOutputTokens;
  const reasoning = reasoningFields(
    request.reasoning_effort,
    family,
    outputLimit,
    endsWithToolResult(turns),
  );
  const offered = readTools(request);
  const toolChoices = reasoning.budgeted ? { any: false, tool: false } : family.toolChoices;
  // A call that is demanded comes before the form of an answer.
  const demanded = offered.choice.kind === "any" || offered.choice.kind === "tool";
  const format = demanded ? undefined : request.response_format;
  const json = planJson(format, family, toolChoices.any, offered.tools.map(nameOf));
  const answerTool = json.kind === "tool" ? json.tool : null;
  const plan = planTools(offered, {
    family,
    toolChoices,
    parallel: request.parallel_tool_calls !== false,
    answerTool,
    history: { hasToolBlocks: hasToolBlocks(turns), called: calledTools(turns) },
  });
  const asked = json.kind === "prompt" ? [json.instruction] : [];
  const said = [...plan.instructions, ...asked].map((text) => ({ text }));
  const inference = inferenceConfig(call, family, reasoning);
  const extra = { ...passedFields(request, options), ...reasoning.fields, ...plan.fields };
  const body: ConverseRequest = { messages: turns };
  if (system.length + said.length > 0) {
    body.system = [...system, ...said];
  }
  if (Object.keys(inference).length > 0) {
    body.inferenceConfig = inference;
  }
  if (plan.toolConfig !== null) {
    body.toolConfig = plan.toolConfig;
  }
  if (json.kind === "native") {
    body.outputConfig = { textFormat: json.textFormat };
  }
  if (request.service_tier === "flex" || request.service_tier === "priority") {
    body.serviceTier = { type: request.service_tier };
  }
  if (Object.keys(extra).length > 0) {
    body.additionalModelRequestFields = extra;
  }
  return { body, answerTool: answerTool?.toolSpec.name ?? null };
}

/** What changes an answer's shape or sense must not be dropped in silence. */
function refuseUnsupported(request: ChatRequest): void {
  if ((request.n ?? 1) > 1) {
    throw invalidRequest("The provider gives one answer at a time.", "n");
  }
  if (request.logprobs === true) {
    throw invalidRequest("The provider gives no log probabilities.", "logprobs");
  }
  if (request.modalities?.includes("audio") || isGiven(request.audio)) {
    throw invalidRequest("The provider answers in text only.", "modalities");
  }
  if (isGiven(request.web_search_options)) {
    throw invalidRequest("The provider does not search the web.", "web_search_options");
  }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

function inferenceConfig(
  call: UpstreamCall,
  family: ModelFamily,
  reasoning: Reasoning,
): InferenceConfig {
  const { temperature, top_p: topP, stop } = call.request;
  const config: InferenceConfig = {};
  if (call.maxOutputTokens !== null) {
    config.maxTokens = call.maxOutputTokens;
  }
  // Claude refuses sampling while it thinks, and from 4.1 on both settings together.
  const samples = family.sampling && !reasoning.thinks;
  if (samples && temperature !== undefined) {
    config.temperature = Math.min(temperature, family.maxTemperature);
  }
  if (samples && topP !== undefined && !(family.claude && temperature !== undefined)) {
    config.topP = topP;
  }
  const sequences = (typeof stop === "string" ? [stop] : (stop ?? [])).filter(
    (text) => text.trim() !== "",
  );
  if (family.stopSequences && sequences.length > 0) {
    config.stopSequences = sequences;
  }
  return config;
}

/** What the operator lets through to the models themselves, as `top_k`. */
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
