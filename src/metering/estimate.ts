// Token estimates after the fact, for answers whose provider reported no usage, or less than was delivered.
import { byName } from "../base/by-name.ts";
import type { ChatRequest, TokenUsage } from "../base/chat.ts";
import type { ModelFacts } from "../base/model.ts";
import type { Produced } from "./produced.ts";
import { type Media, mediaOf, textsOf } from "./request-parts.ts";
import { COUNTED_CHARS, type TokenCounter } from "./tokens/counter.ts";

/** What chat templates put around a message, in tokens. */
const TOKENS_PER_MESSAGE = 4;
/** Base64 of common codecs: some 20,000 characters and 20 tokens a second. */
const AUDIO_CHARS_PER_TOKEN = 1_000;
/** Base64 of a document: a page has some 65,000 characters and 2,000 tokens. */
const FILE_CHARS_PER_TOKEN = 32;
/** Base64 of a film: some 150,000 characters and 300 tokens a second. */
const VIDEO_CHARS_PER_TOKEN = 500;
/** What is elsewhere has no length here: eight pages, two minutes, half a minute of an earlier answer. */
const UNSEEN_TOKENS = { file: 16_384, video: 32_768, audio: 600 };
/** A picture in low detail costs one of OpenAI's tiles or less; the dearest picture costs 17 times as much. */
const LOW_DETAIL_SHARE = 17;
/** Models that know `detail`: all others take pictures as they are. */
const KNOWS_DETAIL = /(?:^|\/)(?:gpt-|chatgpt-|chat-latest|o\d)/;

/** Base64 of speech as it is answered, by format: OpenAI's models speak 20 tokens a second. */
const SPOKEN_CHARS_PER_TOKEN = byName<number>({
  pcm16: 3_200,
  wav: 3_200,
  flac: 1_600,
  opus: 200,
});
/** A picture as it is answered: 1290 tokens at Google, 1056 to 4160 at OpenAI. */
const PRODUCED_IMAGE_TOKENS = 1_290;
/** What is no text of the model's counts by its bytes: four make a token. */
const BYTES_PER_TOKEN = 4;

export type OutputUsage = Pick<
  TokenUsage,
  | "completionTokens"
  | "completionAudioTokens"
  | "reasoningTokens"
  | "acceptedPredictionTokens"
  | "rejectedPredictionTokens"
>;
export type InputUsage = Omit<TokenUsage, keyof OutputUsage>;

/** Whose request it is that is estimated. */
export interface ModelOfEstimate {
  upstreamModel: string;
  facts: Pick<ModelFacts, "imageTokensMax" | "contextWindow">;
}

/** Everything that went upstream, counted; nothing of it as read from a cache. */
export async function estimateInput(
  countTokens: TokenCounter,
  request: ChatRequest,
  model: ModelOfEstimate,
): Promise<InputUsage> {
  let mediaTokens = 0;
  let promptAudioTokens = 0;
  for (const media of mediaOf(request)) {
    const tokens = Math.min(tokensOfMedia(media, model), model.facts.contextWindow);
    mediaTokens += tokens;
    if (media.kind === "audio") promptAudioTokens += tokens;
  }
  const frames = request.messages.length * TOKENS_PER_MESSAGE;
  const texts = beginningOf(textsOf(request));
  const promptTokens = (await textTokens(countTokens, texts)) + frames + mediaTokens;
  return { ...NO_INPUT, promptTokens, promptAudioTokens };
}

/** As much of texts, a line apart, as is counted, and the length of all: to join all would stop others for a while. */
function beginningOf(texts: Iterable<string>): Pick<Produced, "kept" | "chars"> {
  let kept = "";
  let chars = 0;
  for (const text of texts) {
    if (text === "") continue;
    const line = chars === 0 ? "" : "\n";
    chars += line.length + text.length;
    const room = COUNTED_CHARS - kept.length;
    if (room > 0) kept += (line + text.slice(0, room)).slice(0, room);
  }
  return { kept, chars };
}

/** What a part that is no text costs, about. */
function tokensOfMedia(
  { kind, chars, detail }: Media,
  { upstreamModel, facts }: ModelOfEstimate,
): number {
  if (kind === "image") {
    const isLow = detail === "low" && KNOWS_DETAIL.test(upstreamModel);
    return isLow ? Math.ceil(facts.imageTokensMax / LOW_DETAIL_SHARE) : facts.imageTokensMax;
  }
  // All that is known of it is its JSON, which counts as text.
  if (kind === "unknown") return 0;
  if (chars === 0) return UNSEEN_TOKENS[kind];
  return Math.ceil(chars / CHARS_PER_TOKEN[kind]);
}

const CHARS_PER_TOKEN = {
  audio: AUDIO_CHARS_PER_TOKEN,
  file: FILE_CHARS_PER_TOKEN,
  video: VIDEO_CHARS_PER_TOKEN,
};

/** What was produced, counted, and what of it was reported, whichever is more. */
export async function estimateOutput(
  countTokens: TokenCounter,
  request: ChatRequest,
  produced: Produced,
  reported: OutputUsage = NO_OUTPUT,
): Promise<OutputUsage> {
  const spoken = Math.ceil(produced.audioChars / charsPerSpokenToken(request));
  const counted =
    (await textTokens(countTokens, produced)) +
    spoken +
    produced.images * PRODUCED_IMAGE_TOKENS +
    Math.ceil(produced.otherBytes / BYTES_PER_TOKEN);
  // Thinking that is not shown is in no text: what is counted comes on top of it.
  const unseen = produced.showsReasoning ? 0 : reported.reasoningTokens;
  return {
    ...reported,
    completionTokens: Math.max(reported.completionTokens, unseen + counted),
    completionAudioTokens: Math.max(reported.completionAudioTokens, spoken),
  };
}

function charsPerSpokenToken({ audio }: ChatRequest): number {
  const { format } = (audio ?? {}) as { format?: unknown };
  return SPOKEN_CHARS_PER_TOKEN[String(format)] ?? AUDIO_CHARS_PER_TOKEN;
}

/** The tokens of a text of which the beginning is kept: the rest is taken to be like it. */
export async function textTokens(
  countTokens: TokenCounter,
  { kept, chars }: Pick<Produced, "kept" | "chars">,
): Promise<number> {
  if (chars === 0) return 0;
  return Math.ceil(((await countTokens(kept)) * chars) / kept.length);
}

/** Usage from lengths alone, which cannot fail. */
export const roughUsage = (
  bodyBytes: number,
  { chars, otherBytes }: Pick<Produced, "chars" | "otherBytes">,
  { contextWindow }: Pick<ModelFacts, "contextWindow">,
): TokenUsage =>
  plainUsage(
    Math.min(Math.ceil(bodyBytes / BYTES_PER_TOKEN), contextWindow),
    Math.ceil((chars + otherBytes) / BYTES_PER_TOKEN),
  );

const NO_INPUT: InputUsage = {
  promptTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  promptAudioTokens: 0,
};

export const NO_OUTPUT: OutputUsage = {
  completionTokens: 0,
  completionAudioTokens: 0,
  reasoningTokens: 0,
  acceptedPredictionTokens: 0,
  rejectedPredictionTokens: 0,
};

/** Usage without any detail. */
export const plainUsage = (promptTokens: number, completionTokens: number): TokenUsage => ({
  ...NO_INPUT,
  ...NO_OUTPUT,
  promptTokens,
  completionTokens,
});
