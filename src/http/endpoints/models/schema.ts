// The models a caller may use.
import { z } from "zod";

const usdPerToken = z.string().meta({ description: "USD per token, as a decimal string." });
const usdEach = z
  .string()
  .optional()
  .meta({ description: "USD for one, where the model has such a price." });

export const model = z.looseObject({
  id: z.string().meta({ description: "What to send as `model`." }),
  object: z.literal("model"),
  created: z.int().meta({ description: "Unix time in seconds." }),
  owned_by: z.string(),
  context_length: z.int().optional().meta({ description: "Input and output, in tokens." }),
  max_output_tokens: z.int().optional(),
  capabilities: z.record(z.string(), z.boolean()).optional().meta({
    description: "What the model can do: tools, structuredOutput, vision, reasoning and so on.",
  }),
  pricing: z
    .looseObject({
      prompt: usdPerToken,
      completion: usdPerToken,
      image: usdEach,
      second: usdEach,
      character: usdEach,
      page: usdEach,
      request: usdEach,
    })
    .optional(),
});

export const modelList = z.looseObject({
  object: z.literal("list"),
  data: z.array(model),
});
