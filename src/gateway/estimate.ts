// Token estimates after the fact, for answers whose provider reported no usage.
import type { ChatRequest, TokenUsage } from "../base/chat.ts";
import type { ModelFacts } from "../base/model.ts";
import { contentParts, textLength } from "./input-bound.ts";
import type { Measured } from "./measure.ts";
import type { ProducedText } from "./meter.ts";
import type { TokenCounter } from "./tokens/counter.ts";

/** What chat templates put around a message, in tokens. */
const TOKENS_PER_MESSAGE = 4;
/** A typical picture, in tokens. */
const TOKENS_PER_IMAGE = 765;

/** Base64 of common codecs: some 20,000 characters and 20 tokens a second. */
const AUDIO_CHARS_PER_TOKEN = 1_000;
/** Base64 of a document: a page has some 65,000 characters and 2,000 tokens. */
const FILE_CHARS_PER_TOKEN = 32;

/** Usage from the texts alone. */
export async function estimateUsage(
  countTokens: TokenCounter,
  request: ChatRequest,
  produced: ProducedText,
): Promise<TokenUsage> {
  const [promptTokens, completionTokens] = await Promise.all([
    estimatePromptTokens(countTokens, request),
    countProduced(countTokens, produced),
  ]);
  return plainUsage(promptTokens, completionTokens);
}

/** What was reported of the input, if anything, with the output counted from its text where that is more. */
export async function completeUsage(
  countTokens: TokenCounter,
  request: ChatRequest,
  reported: TokenUsage,
  produced: ProducedText,
): Promise<TokenUsage> {
  const promptTokens = reported.promptTokens || (await estimatePromptTokens(countTokens, request));
  // Thinking that is not shown is in no text: what is counted comes on top of it.
  const completionTokens = Math.max(
    reported.completionTokens,
    (produced.showsReasoning ? 0 : reported.reasoningTokens) +
      (await countProduced(countTokens, produced)),
  );
  return { ...reported, promptTokens, completionTokens };
}

/** Text has a token for about so many bytes. */
const BYTES_PER_TOKEN = 4;

/** Usage from lengths alone, which cannot fail. */
export const roughUsage = (
  bodyBytes: number,
  producedChars: number,
  facts: ModelFacts,
): Measured => ({
  usage: plainUsage(
    Math.min(Math.ceil(bodyBytes / BYTES_PER_TOKEN), facts.contextWindow),
    Math.ceil(producedChars / BYTES_PER_TOKEN),
  ),
  source: "estimated",
});

/** Usage without any detail. */
export function plainUsage(promptTokens: number, completionTokens: number): TokenUsage {
  return {
    promptTokens,
    completionTokens,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    promptAudioTokens: 0,
    completionAudioTokens: 0,
    reasoningTokens: 0,
    acceptedPredictionTokens: 0,
    rejectedPredictionTokens: 0,
  };
}

async function estimatePromptTokens(
  countTokens: TokenCounter,
  request: ChatRequest,
): Promise<number> {
  let media = 0;
  for (const part of contentParts(request)) media += mediaTokens(part);
  const text = [...messageTexts(request), ...toolTexts(request)].join("\n");
  return (await countTokens(text)) + request.messages.length * TOKENS_PER_MESSAGE + media;
}

/** What a part that is no text costs, about. */
function mediaTokens(part: Record<string, unknown>): number {
  switch (part.type) {
    case "image_url":
      return TOKENS_PER_IMAGE;
    case "input_audio":
      return Math.ceil(textLength(part.input_audio, "data") / AUDIO_CHARS_PER_TOKEN);
    case "file":
      return Math.ceil(textLength(part.file, "file_data") / FILE_CHARS_PER_TOKEN);
    default:
      return 0;
  }
}

function* messageTexts(request: ChatRequest): Generator<string> {
  for (const message of request.messages) {
    if (typeof message.content === "string") yield message.content;
    if ("tool_calls" in message && message.tool_calls) yield JSON.stringify(message.tool_calls);
  }
  for (const part of contentParts(request)) if (typeof part.text === "string") yield part.text;
}

function* toolTexts(request: ChatRequest): Generator<string> {
  if (request.tools !== undefined) yield JSON.stringify(request.tools);
  if (request.response_format?.json_schema !== undefined) {
    yield JSON.stringify(request.response_format.json_schema);
  }
}

async function countProduced(
  countTokens: TokenCounter,
  { kept, chars }: ProducedText,
): Promise<number> {
  if (chars === 0) return 0;
  return Math.ceil(((await countTokens(kept)) * chars) / kept.length);
}
