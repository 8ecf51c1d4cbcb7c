// Token estimates after the fact, for answers whose provider reported no usage.
import type { ChatRequest, TokenUsage } from "../base/chat.ts";
import { contentParts } from "./input-bound.ts";
import type { ProducedText } from "./meter.ts";

/** Characters that are counted between two turns of the event loop: about a millisecond's work. */
const SLICE_CHARS = 16_384;
/** What is counted exactly; the rest of a longer text is taken to be like it. */
const COUNTED_CHARS = 2_097_152;
/** Tokenizers are quadratic on text without a break, so a longer run is cut into pieces of this length. */
const RUN_CHARS = 256;
const LONG_RUN = /\S{257}|\s{257}/;
/** What chat templates put around a message, in tokens. */
const TOKENS_PER_MESSAGE = 4;
/** A typical picture, in tokens. */
const TOKENS_PER_IMAGE = 765;

export const NOTHING_PRODUCED: ProducedText = { kept: "", chars: 0, showsReasoning: false };

/** Usage from the texts alone. It never blocks the event loop for longer than about a millisecond at a time. */
export async function estimateUsage(
  request: ChatRequest,
  produced: ProducedText,
): Promise<TokenUsage> {
  const [promptTokens, completionTokens] = [
    await estimatePromptTokens(request),
    await countProduced(produced),
  ];
  return plainUsage(promptTokens, completionTokens);
}

/** What was reported of the input, if anything, with the output counted from its text where that is more. */
export async function completeUsage(
  request: ChatRequest,
  reported: TokenUsage,
  produced: ProducedText,
): Promise<TokenUsage> {
  const promptTokens = reported.promptTokens || (await estimatePromptTokens(request));
  // Thinking that is not shown is in no text: what is counted comes on top of it.
  const completionTokens = Math.max(
    reported.completionTokens,
    (produced.showsReasoning ? 0 : reported.reasoningTokens) + (await countProduced(produced)),
  );
  return { ...reported, promptTokens, completionTokens };
}

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

async function estimatePromptTokens(request: ChatRequest): Promise<number> {
  let images = 0;
  for (const part of contentParts(request)) if (part.type === "image_url") images++;
  const text = [...messageTexts(request), ...toolTexts(request)].join("\n");
  return (
    (await countTokens(text)) +
    request.messages.length * TOKENS_PER_MESSAGE +
    images * TOKENS_PER_IMAGE
  );
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

async function countProduced({ kept, chars }: ProducedText): Promise<number> {
  if (chars === 0) return 0;
  return Math.ceil(((await countTokens(kept)) * chars) / kept.length);
}

async function countTokens(text: string): Promise<number> {
  if (text === "") return 0;
  // Loaded on first need: its tables take about 100 MB, and most servers never estimate.
  const { countTokens: count } = await import("gpt-tokenizer/encoding/o200k_base");
  const counted = Math.min(text.length, COUNTED_CHARS);
  let tokens = 0;
  for (let start = 0; start < counted; start += SLICE_CHARS) {
    if (start > 0) await new Promise((resolve) => setImmediate(resolve));
    tokens += countSlice(text.slice(start, Math.min(start + SLICE_CHARS, counted)), count);
  }
  return Math.ceil((tokens * text.length) / counted);
}

function countSlice(slice: string, count: (text: string, options: CountOptions) => number): number {
  if (!LONG_RUN.test(slice)) return count(slice, AS_TEXT);
  let tokens = 0;
  for (let start = 0; start < slice.length; start += RUN_CHARS) {
    tokens += count(slice.slice(start, start + RUN_CHARS), AS_TEXT);
  }
  return tokens;
}

interface CountOptions {
  disallowedSpecial: Set<string>;
}

/** What looks like a control token in a prompt is text like any other. */
const AS_TEXT: CountOptions = { disallowedSpecial: new Set() };
