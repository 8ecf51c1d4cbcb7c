// The counts of Converse's usage.
import type { ReportedCounts } from "../claude/usage.ts";
import { asArray, asObject, isObject } from "../shared/json.ts";

/** Takes a `usage` object, or whatever stands in its place; nothing when it is none. */
export function reportedCounts(value: unknown): ReportedCounts {
  if (!isObject(value)) {
    return {};
  }
  const details = asArray(value.cacheDetails).map(asObject);
  const hour = details.filter(({ ttl }) => ttl === "1h").map(({ inputTokens }) => inputTokens);
  return {
    input: value.inputTokens,
    output: value.outputTokens,
    cacheRead: value.cacheReadInputTokens,
    cacheWrite: value.cacheWriteInputTokens,
    // One detail for each lifetime; a sum of several is absurd where one of them is.
    cacheWrite1h: hour.length > 1 ? hour.reduce<number>((sum, it) => sum + Number(it), 0) : hour[0],
  };
}

/** The tokens that Claude thought, as the model itself counts them. */
export function thinkingCount(additionalFields: unknown): ReportedCounts {
  const fields = asObject(additionalFields);
  const details = asObject(fields.usage).output_tokens_details ?? fields.output_tokens_details;
  return { thinking: asObject(details).thinking_tokens };
}
