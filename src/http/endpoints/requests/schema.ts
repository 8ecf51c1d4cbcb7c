// What the server remembers of one request: how it ended and what it cost.
import { z } from "zod";
import { credits, tokenCount } from "../../openapi/amount-schemas.ts";

const recordUsage = z.looseObject({
  prompt_tokens: tokenCount,
  completion_tokens: tokenCount,
  total_tokens: tokenCount,
  prompt_tokens_details: z.looseObject({
    cached_tokens: tokenCount,
    cache_write_tokens: tokenCount,
    audio_tokens: tokenCount,
  }),
  completion_tokens_details: z.looseObject({
    reasoning_tokens: tokenCount,
    audio_tokens: tokenCount,
  }),
});

const durationMs = z.number().min(0);

export const requestRecord = z.looseObject({
  object: z.literal("request"),
  id: z.string(),
  created_at: z.iso.datetime(),
  model: z.string(),
  provider: z.string().nullable(),
  stream: z.boolean(),
  status: z.enum(["in_progress", "completed", "failed", "cancelled"]),
  ending: z.string().nullable().meta({ description: "How it ended; null while in progress." }),
  http_status: z.int().nullable(),
  error_code: z.string().nullable(),
  usage: recordUsage.nullable(),
  usage_source: z.enum(["reported", "estimated", "none"]).meta({
    description: "Whether the provider reported the usage or the server estimated it.",
  }),
  cost: credits.meta({ description: "Credits deducted." }),
  provider_cost: credits.nullable().meta({
    description:
      "What the provider said that the call cost it, where that was more than the price and is the basis of the cost.",
  }),
  held: credits.meta({ description: "The deposit reserved at the start." }),
  shortfall: credits.meta({ description: "Cost above what was available, which was written off." }),
  refunded: credits.meta({ description: "What the operator has given back of the cost." }),
  first_event_ms: durationMs.nullable(),
  duration_ms: durationMs.nullable(),
});
