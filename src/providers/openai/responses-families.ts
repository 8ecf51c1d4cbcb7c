// OpenAI's models that chat completions cannot serve, or not with tools: data, with its sources.

/**
 * With which `reasoning_effort` chat completions still takes tools:
 * - `unset`: only without the field, where the model's default effort is none;
 * - `none`: only with an explicit `none`;
 * - `never`: with no value.
 */
export type ToolsOnChat = "unset" | "none" | "never";

/** Models by the numbers of `gpt-<major>.<minor>`; a name without the second number counts as 0. */
interface ResponsesFamily {
  major: number;
  minorFrom: number;
  minorTo: number;
  toolsOnChat: ToolsOnChat;
}

const ANY = Number.POSITIVE_INFINITY;

/**
 * OpenAI answers 400 "Function tools with reasoning_effort are not supported for … in
 * /v1/chat/completions" for these. Where reports differ, or are missing, the Responses API is
 * chosen: it serves every model and every effort.
 * - 5.4: defaults to no reasoning, and then takes tools; an explicit value was refused, even `none`
 *   (livekit/agents#5084, openai/openai-openapi#541).
 * - 5.5: refuses without the field too, as its default effort is medium
 *   (jeffdafoe/llm-memory-api#178); nobody reports that an explicit `none` helps.
 * - 5.6: refuses without the field too and takes an explicit `none` (BerriAI/litellm#34569).
 * - 6 and later: refuses at every level; astra and 6.1-sol do not know `none`
 *   (genkit-ai/genkit#6303, onyx-dot-app/onyx#15008).
 */
const RESPONSES_FAMILIES: readonly ResponsesFamily[] = [
  { major: 5, minorFrom: 4, minorTo: 4, toolsOnChat: "unset" },
  { major: 5, minorFrom: 5, minorTo: 5, toolsOnChat: "never" },
  { major: 5, minorFrom: 6, minorTo: ANY, toolsOnChat: "none" },
  { major: 6, minorFrom: 0, minorTo: ANY, toolsOnChat: "never" },
  { major: 7, minorFrom: 0, minorTo: ANY, toolsOnChat: "never" },
];

/** Models that chat completions does not serve at all, with or without tools. */
export const RESPONSES_ONLY = /^gpt-5(?:\.\d+)?-(?:pro|codex)(?:-|$)/;

/** Variants that do not reason, whatever their generation: chat completions serves them. */
const CHAT_VARIANT = /^gpt-[\d.]+-chat(?:-|$)/;

const VERSION = /^gpt-(\d{1,3})(?:\.(\d{1,3}))?(?:-|$)/;

/** The family of a model's name at the provider, or null when chat completions serves it whole. */
export function responsesFamilyOf(model: string): ResponsesFamily | null {
  const match = CHAT_VARIANT.test(model) ? null : VERSION.exec(model);
  if (match === null) {
    return null;
  }
  const major = Number(match[1]);
  const minor = Number(match[2] ?? 0);
  const found = RESPONSES_FAMILIES.find(
    (family) => family.major === major && family.minorFrom <= minor && minor <= family.minorTo,
  );
  return found ?? null;
}
