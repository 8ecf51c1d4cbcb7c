// Anthropic's documented request body as a strict schema, for the tests of what is sent.
import { z } from "zod";

const mark = z.strictObject({ type: z.literal("ephemeral"), ttl: z.enum(["5m", "1h"]).optional() });
const marked = { cache_control: mark.optional() };
const spoken = z.string().refine((text) => text.trim() !== "");
const json = z.record(z.string(), z.unknown());
const text = z.strictObject({ type: z.literal("text"), text: spoken, ...marked });
const url = z.strictObject({ type: z.literal("url"), url: z.url({ protocol: /^https?$/ }) });
const data = (type: string, ...mediaTypes: string[]) =>
  z.strictObject({ type: z.literal(type), media_type: z.enum(mediaTypes), data: spoken });
const image = z.strictObject({
  type: z.literal("image"),
  source: z.union([url, data("base64", "image/jpeg", "image/png", "image/gif", "image/webp")]),
  ...marked,
});
const document = z.strictObject({
  type: z.literal("document"),
  source: z.union([url, data("base64", "application/pdf"), data("text", "text/plain")]),
  title: z.string().min(1).optional(),
  ...marked,
});
const id = z.string().regex(/^[a-zA-Z0-9_-]+$/);
const toolUse = z.strictObject({
  type: z.literal("tool_use"),
  id,
  name: z.string(),
  input: json,
  ...marked,
});
const toolResult = z.strictObject({
  type: z.literal("tool_result"),
  tool_use_id: id,
  content: z.union([spoken, z.array(text).min(1)]).optional(),
  ...marked,
});
const turn = z.discriminatedUnion("role", [
  z.strictObject({
    role: z.literal("user"),
    content: z.array(z.union([toolResult, text, image, document])).min(1),
  }),
  z.strictObject({
    role: z.literal("assistant"),
    content: z.array(z.union([text, toolUse])).min(1),
  }),
  z.strictObject({ role: z.literal("system"), content: z.array(text).min(1) }),
]);
const parallel = { disable_parallel_tool_use: z.literal(true).optional() };

/** The documented body, as far as the gateway uses it; nothing else passes. */
export const messageCreateParams = z.strictObject({
  max_tokens: z.int().min(1),
  messages: z.array(turn).min(1),
  system: z.union([spoken, z.array(text).min(1)]).optional(),
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  stop_sequences: z.array(spoken).min(1).optional(),
  tools: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        description: z.string().min(1).optional(),
        input_schema: z.looseObject({ type: z.unknown() }),
        strict: z.literal(true).optional(),
        ...marked,
      }),
    )
    .min(1)
    .optional(),
  tool_choice: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("auto"), ...parallel }),
      z.strictObject({ type: z.literal("any"), ...parallel }),
      z.strictObject({ type: z.literal("tool"), name: z.string(), ...parallel }),
      z.strictObject({ type: z.literal("none") }),
    ])
    .optional(),
  thinking: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("enabled"), budget_tokens: z.int().min(1_024) }),
      z.strictObject({ type: z.literal("adaptive"), display: z.literal("summarized") }),
      z.strictObject({ type: z.literal("disabled") }),
      z.strictObject({ type: z.literal("between_tools") }),
    ])
    .optional(),
  output_config: z
    .strictObject({
      effort: z.enum(["low", "medium", "high", "xhigh", "max"]).optional(),
      format: z.strictObject({ type: z.literal("json_schema"), schema: json }).optional(),
    })
    .optional(),
  metadata: z.strictObject({ user_id: z.string().min(1).max(256) }).optional(),
  service_tier: z.enum(["auto", "standard_only"]).optional(),
  cache_control: mark.optional(),
  stream: z.literal(true).optional(),
});

export type Body = z.infer<typeof messageCreateParams>;
