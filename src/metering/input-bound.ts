// An upper bound of a request's input tokens, from its bytes alone: no tokenizer runs before dispatch.
import type { ChatRequest } from "../base/chat.ts";
import type { ModelFacts } from "../base/model.ts";
import { type Media, mediaOf } from "./request-parts.ts";

/**
 * Speech needs at most about 50 tokens a second, and no usual codec spends fewer than 1000 bytes on one, so an
 * audio clip has at most one token for 20 of its (base64) bytes.
 */
const AUDIO_BYTES_PER_TOKEN = 20;

/**
 * Providers put instructions of their own before tools and schemas: some hundred tokens that are in no byte of the
 * request.
 */
export const HIDDEN_PROMPT_TOKENS = 1024;

/**
 * The most input tokens that a request can have. Every byte-level tokenizer spends at most one token on a byte, and
 * the JSON around the messages is longer than any provider's chat template, so the body's own length is a bound for
 * text and tools. Images, audio and files are counted by what they can cost instead of by their bytes.
 * @param bodyBytes the length of the request's body as it arrived.
 * @param addedTokens what the provider may add by itself
 */
export function inputTokensBound(
  request: ChatRequest,
  bodyBytes: number,
  facts: ModelFacts,
  addedTokens: number,
): number {
  const { textTokens, mediaTokens } = inputParts(request, bodyBytes, facts);
  const { tools, functions, response_format: format } = request;
  const isHinted = tools !== undefined || functions !== undefined || format !== undefined;
  const hiddenTokens = isHinted ? HIDDEN_PROMPT_TOKENS : 0;
  // What does not fit into the context is refused by the provider, and costs nothing.
  return Math.min(textTokens + mediaTokens + hiddenTokens + addedTokens, facts.contextWindow);
}

/** The most that text and media can be, each by itself and whatever the context window. */
export function inputParts(
  request: ChatRequest,
  bodyBytes: number,
  facts: ModelFacts,
): { textTokens: number; mediaTokens: number } {
  let mediaChars = 0;
  let mediaTokens = 0;
  for (const media of mediaOf(request)) {
    mediaChars += media.chars;
    mediaTokens += mostTokens(media, facts);
  }
  return { textTokens: Math.max(0, bodyBytes - mediaChars), mediaTokens };
}

function mostTokens({ kind, chars }: Media, facts: ModelFacts): number {
  if (kind === "image") return facts.imageTokensMax;
  // Speech of an earlier answer comes as its id alone: it is at most a whole answer.
  if (kind === "audio") {
    return chars === 0 ? facts.maxOutputTokens : Math.ceil(chars / AUDIO_BYTES_PER_TOKEN);
  }
  // A file's text is compressed or elsewhere, and so is a film, so only the context window bounds them.
  return facts.contextWindow;
}

/** Whether the request marks anything for a prompt cache that may be written at its dearest rate. */
export function marksPromptCache(request: ChatRequest): boolean {
  if (isMarked(request) || request.tools?.some(isMarked) === true) return true;
  for (const message of request.messages) {
    if (isMarked(message)) return true;
    if (Array.isArray(message.content) && message.content.some(isMarked)) return true;
  }
  return false;
}

const isMarked = (holder: object): boolean =>
  "cache_control" in holder || "prompt_cache_breakpoint" in holder;
