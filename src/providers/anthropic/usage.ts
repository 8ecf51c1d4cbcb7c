// The counts of Anthropic's `usage` objects.

import type { ReportedCounts } from "../claude/usage.ts";
import { asObject } from "../shared/json.ts";

/** Takes a `usage` object, or whatever stands in its place. */
export function reportedCounts(value: unknown): ReportedCounts {
  const usage = asObject(value);
  const written = asObject(usage.cache_creation);
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: usage.cache_read_input_tokens,
    cacheWrite: usage.cache_creation_input_tokens,
    cacheWrite1h: written.ephemeral_1h_input_tokens,
    cacheWrite5m: written.ephemeral_5m_input_tokens,
    thinking: asObject(usage.output_tokens_details).thinking_tokens,
  };
}
