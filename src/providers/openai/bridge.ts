// Picks, for each call, the one of OpenAI's two APIs that serves it: which models need which is data, with its sources.
import type { ProviderAdapter, UpstreamCall } from "../protocol.ts";

/** Models that chat completions does not serve at all, with or without tools. */
const RESPONSES_ONLY = /^gpt-5(?:\.\d+)?-(?:pro|codex)(?:-|$)/;

/** Variants that do not reason, whatever their generation: chat completions serves them. */
const CHAT_VARIANT = /^gpt-[\d.]+-chat(?:-|$)/;

/**
 * With which `reasoning_effort` alone chat completions still takes tools, by the model's name at the
 * provider; null for none. OpenAI answers 400 "Function tools with reasoning_effort are not supported
 * for … in /v1/chat/completions" for these. Where reports differ, or are missing, the Responses API is
 * chosen: it serves every model and every effort.
 * - 5.4: defaults to no reasoning, and then takes tools; an explicit value was refused, even `none`
 *   (livekit/agents#5084, openai/openai-openapi#541).
 * - 5.5: refuses without the field too, as its default effort is medium
 *   (jeffdafoe/llm-memory-api#178); nobody reports that an explicit `none` helps.
 * - 5.6: refuses without the field too and takes an explicit `none` (BerriAI/litellm#34569).
 * - 6 and later: refuses at every level; astra and 6.1-sol do not know `none`
 *   (genkit-ai/genkit#6303, onyx-dot-app/onyx#15008).
 */
const TOOLS_ON_CHAT: readonly (readonly [RegExp, "unset" | "none" | null])[] = [
  [/^gpt-5\.4(?:-|$)/, "unset"],
  [/^gpt-5\.5(?:-|$)/, null],
  [/^gpt-5\.(?:[6-9]|\d{2,3})(?:-|$)/, "none"],
  [/^gpt-[67](?:\.\d{1,3})?(?:-|$)/, null],
];

/**
 * Whether chat completions would refuse this call and the Responses API would not: the model exists
 * on that API only, or the call has tools at an effort that its family does not take them with on
 * chat completions. Goes by the model's name at the provider: an Azure deployment must be named
 * after its model to be known.
 */
export function needsResponses({ upstreamModel: model, request }: UpstreamCall): boolean {
  if (RESPONSES_ONLY.test(model)) {
    return true;
  }
  const { tools = [], reasoning_effort: effort } = request;
  if (tools.length === 0 || CHAT_VARIANT.test(model)) {
    return false;
  }
  const family = TOOLS_ON_CHAT.find(([pattern]) => pattern.test(model));
  return family !== undefined && family[1] !== (effort ?? "unset");
}

/** One adapter of two: each call goes to the API that {@link needsResponses} says. */
export function createBridgedAdapter(adapters: {
  chat: ProviderAdapter;
  responses: ProviderAdapter;
}): ProviderAdapter {
  const pick = (call: UpstreamCall) => (needsResponses(call) ? adapters.responses : adapters.chat);
  return {
    complete: (call, signal) => pick(call).complete(call, signal),
    stream: (call, signal) => pick(call).stream(call, signal),
    probe: adapters.chat.probe,
  };
}
