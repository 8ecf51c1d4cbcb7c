// The body of POST /chat/completions: every field of OpenAI's API, and of the extensions that
// clients send.
import { z } from "zod";
import { REASONING_EFFORTS } from "../../../../base/chat.ts";
import { textContent } from "./content-parts.ts";
import { message } from "./messages.ts";
import { tokenLimit } from "./primitives.ts";
import { responseFormat } from "./response-format.ts";
import { legacyFunction, legacyFunctionChoice, tool, toolChoice } from "./tools.ts";

/**
 * OpenAI takes 4, Gemini 5, Anthropic sets no small limit. The contract names none, so that this is
 * only a bound; a provider that takes fewer refuses by itself, and its message reaches the client.
 */
const MAX_STOP_SEQUENCES = 64;

const MAX_METADATA_PAIRS = 16;

const penalty = z.number().min(-2).max(2);

const stop = z.union([z.string(), z.array(z.string()).max(MAX_STOP_SEQUENCES)]);

const metadata = z
  .record(z.string().max(64), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= MAX_METADATA_PAIRS, {
    message: `expected at most ${MAX_METADATA_PAIRS} pairs`,
  });

const streamOptions = z.looseObject({
  include_usage: z.boolean().nullish(),
  include_obfuscation: z.boolean().nullish(),
});

const audioOutput = z.looseObject({
  format: z.string().min(1),
  voice: z.union([z.string().min(1), z.looseObject({ id: z.string() })]),
});

const prediction = z.looseObject({
  type: z.literal("content"),
  content: textContent,
});

const webSearchOptions = z.looseObject({
  search_context_size: z.string().nullish(),
  user_location: z
    .looseObject({
      type: z.literal("approximate"),
      approximate: z.looseObject({
        city: z.string().nullish(),
        country: z.string().nullish(),
        region: z.string().nullish(),
        timezone: z.string().nullish(),
      }),
    })
    .nullish(),
});

const moderationMode = z.looseObject({ mode: z.string() });

const moderation = z.looseObject({
  model: z.string(),
  policy: z
    .looseObject({ input: moderationMode.nullish(), output: moderationMode.nullish() })
    .nullish(),
});

const promptCacheOptions = z.looseObject({
  mode: z.string().nullish(),
  ttl: z.string().nullish(),
});

/**
 * Unknown fields are kept at every level. No transforms and no defaults: what was validated is what
 * goes on, so that a client's order of keys reaches the provider and its prompt cache keeps
 * matching. Words of which OpenAI adds new ones now and then (`service_tier`, `verbosity`) are open
 * strings; those of `reasoning_effort` decide what is paid for, and are not.
 */
export const chatCompletionRequest = z.looseObject({
  model: z.string().min(1).max(256).meta({ description: "Model identifier, as gpt-4o-mini." }),
  messages: z.array(message).min(1).meta({ description: "The conversation, oldest first." }),
  temperature: z.number().min(0).max(2).nullish().meta({ description: "Sampling temperature." }),
  max_tokens: tokenLimit.nullish().meta({
    description: "Most tokens to generate; max_completion_tokens wins where both are given.",
  }),
  max_completion_tokens: tokenLimit.nullish().meta({
    description: "Most tokens to generate, reasoning included.",
  }),
  stream: z.boolean().nullish().meta({ description: "Answer as server-sent events." }),
  stream_options: streamOptions.nullish().meta({ description: "Ignored without stream." }),
  top_p: z.number().min(0).max(1).nullish().meta({ description: "Nucleus sampling." }),
  stop: stop.nullish().meta({ description: "Stop sequences." }),
  tools: z.array(tool).nullish().meta({ description: "Functions the model may call." }),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: responseFormat.nullish(),
  n: z.int().min(1).nullish().meta({ description: "How many answers to give." }),
  frequency_penalty: penalty.nullish(),
  presence_penalty: penalty.nullish(),
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  seed: z.int().nullish(),
  reasoning_effort: z.enum(REASONING_EFFORTS).nullish().meta({
    description: "How much to think; a model that does not know a word takes the nearest.",
  }),
  verbosity: z.string().min(1).nullish().meta({ description: "low, medium or high." }),
  modalities: z.array(z.string().min(1)).nullish(),
  audio: audioOutput.nullish(),
  prediction: prediction.nullish(),
  web_search_options: webSearchOptions.nullish(),
  moderation: moderation.nullish(),
  metadata: metadata.nullish(),
  store: z.boolean().nullish(),
  service_tier: z.string().min(1).nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: promptCacheOptions.nullish(),
  prompt_cache_retention: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  user: z.string().nullish().meta({ deprecated: true }),
  functions: z.array(legacyFunction).nullish().meta({ deprecated: true }),
  function_call: legacyFunctionChoice.nullish().meta({ deprecated: true }),
});
