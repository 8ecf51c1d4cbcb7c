// The tokens of an answer, and what they cost.
import { z } from "zod";
import { tokenCount } from "../../../openapi/amount-schemas.ts";

const promptTokensDetails = z.looseObject({
  cached_tokens: tokenCount.optional(),
  cache_write_tokens: tokenCount.optional(),
  audio_tokens: tokenCount.optional(),
  image_tokens: tokenCount.optional(),
  text_tokens: tokenCount.optional(),
});

const completionTokensDetails = z.looseObject({
  reasoning_tokens: tokenCount.optional(),
  audio_tokens: tokenCount.optional(),
  accepted_prediction_tokens: tokenCount.optional(),
  rejected_prediction_tokens: tokenCount.optional(),
  text_tokens: tokenCount.optional(),
});

/** The details are parts of the two totals, never additions. */
export const usage = z.looseObject({
  prompt_tokens: tokenCount,
  completion_tokens: tokenCount,
  total_tokens: tokenCount,
  prompt_tokens_details: promptTokensDetails.optional(),
  completion_tokens_details: completionTokensDetails.optional(),
  cost: z.number().min(0).optional().meta({ description: "Credits deducted (USD)." }),
  estimated: z.boolean().optional().meta({
    description: "true where the provider reported no usage and the server estimated it.",
  }),
});
