// A call as the body of generateContent: the whole mapping of a request, without sending anything.
import type { ChatRequest } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import type { UpstreamCall } from "../protocol.ts";
import { buildContents } from "./contents.ts";
import type { ContentsContext } from "./context.ts";
import { buildGenerationConfig } from "./generation-config.ts";
import { modelTraits } from "./model-matrix.ts";
import { buildTools } from "./tools.ts";
import type { GenerateContentBody } from "./wire.ts";

/** What is needed beside the call; the model's traits follow from its name. */
export type RequestContext = Omit<ContentsContext, "traits">;

const SERVICE_TIERS = new Set(["flex", "standard", "priority"]);

/** Fields that came before `tools`. */
const LEGACY = ["functions", "function_call"] as const;

/**
 * The body to send, the same for an answer at once and for a stream. The call is not changed.
 * @throws ApiError 400 that names the field, for what Gemini cannot do
 */
export function buildRequest(call: UpstreamCall, context: RequestContext): GenerateContentBody {
  const { request } = call;
  const { surface } = context;
  const traits = modelTraits(call.upstreamModel);
  refuseUnsupported(request);
  const tools = buildTools(request);
  const config = buildGenerationConfig(request, call.maxOutputTokens, traits, surface);
  const conversation = buildContents(request.messages, { ...context, traits });
  const tier = surface.serviceTier && SERVICE_TIERS.has(String(request.service_tier));
  return {
    ...conversation,
    ...tools,
    ...(Object.keys(config).length > 0 ? { generationConfig: config } : {}),
    ...(tier ? { serviceTier: String(request.service_tier) } : {}),
  };
}

function refuseUnsupported(request: ChatRequest): void {
  if (request.modalities?.some((modality) => modality !== "text") === true) {
    throw unsupported("modalities", "Only text can be asked for as output of this model.");
  }
  if (request.audio !== undefined) {
    throw unsupported("audio", "Audio output is not supported for this model.");
  }
  for (const field of LEGACY) {
    if (request[field] !== undefined) {
      throw unsupported(field, `'${field}' is not supported for this model: use 'tools'.`);
    }
  }
}

function unsupported(param: string, message: string): Error {
  return invalidRequest(message, param, "unsupported_parameter");
}
