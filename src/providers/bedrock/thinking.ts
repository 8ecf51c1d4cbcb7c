// `reasoning_effort` as the field that each maker's models but Claude's take for it.
import type { ChatRequest } from "../../base/chat.ts";
import { nearestEffort } from "../shared/effort.ts";
import type { JsonObject } from "../shared/json.ts";
import type { ModelFamily } from "./traits.ts";

/** Goes into `additionalModelRequestFields`; empty where the model has none or none is asked for. */
export function reasoningFields(
  effort: ChatRequest["reasoning_effort"],
  { name, thinking }: ModelFamily,
): JsonObject {
  if (effort === undefined || thinking !== "own") {
    return {};
  }
  if (name === "openai") {
    return { reasoning: { effort } };
  }
  if (name === "gpt-oss") {
    return { reasoning_effort: nearestEffort(effort, ["low", "medium", "high"]) };
  }
  // Nova 2 at its high effort takes no output limit at all, which would leave the cost unbounded.
  const maxReasoningEffort = nearestEffort(effort, ["low", "medium"]);
  const wanted = { type: "enabled", maxReasoningEffort };
  return { reasoningConfig: effort === "none" ? { type: "disabled" } : wanted };
}
