// Picks, for each call, the one of OpenAI's two APIs that serves it.
import type { ProviderAdapter, UpstreamCall } from "../protocol.ts";
import { RESPONSES_ONLY, responsesFamilyOf, type ToolsOnChat } from "./responses-families.ts";

/**
 * Whether chat completions would refuse this call and the Responses API would not: the model exists
 * on that API only, or the call has tools at an effort that its family does not take them with on
 * chat completions. Goes by the model's name at the provider: an Azure deployment must be named
 * after its model to be known.
 */
export function needsResponses(call: UpstreamCall): boolean {
  if (RESPONSES_ONLY.test(call.upstreamModel)) {
    return true;
  }
  const { tools, reasoning_effort: effort } = call.request;
  if (!Array.isArray(tools) || tools.length === 0) {
    return false;
  }
  const family = responsesFamilyOf(call.upstreamModel);
  return family !== null && !chatTakesTools(family.toolsOnChat, effort ?? undefined);
}

function chatTakesTools(toolsOnChat: ToolsOnChat, effort: string | undefined): boolean {
  switch (toolsOnChat) {
    case "unset":
      return effort === undefined;
    case "none":
      return effort === "none";
    case "never":
      return false;
  }
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
