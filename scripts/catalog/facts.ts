// What models can do, by maker and by provider: the flags that neither source carries, from the
// makers' documentation.
import type { Capabilities } from "../../src/base/model.ts";

/** What the sources say about a model. */
export interface Known {
  provider: string;
  id: string;
  vision: boolean;
  reasoning: boolean;
}

/** Who made a model: decides what it can do and what an image costs, whoever serves it. */
export function makerOf(provider: string, id: string): string {
  const name = id.toLowerCase().split("/").at(-1) ?? id;
  const makers: [RegExp, string][] = [
    [/^(gpt-oss|openai-gpt-oss)/, "gpt-oss"],
    [/^(gpt-|o\d|chat-latest|chatgpt)/, "openai"],
    [/^claude/, "anthropic"],
    [/^gemini/, "google"],
    [/^gemma/, "gemma"],
    [
      /^(mistral|ministral|codestral|devstral|magistral|pixtral|voxtral|mixtral|labs-|open-)/,
      "mistral",
    ],
    [/^grok/, "xai"],
    [/^deepseek/, "deepseek"],
    [/^qwen/, "qwen"],
    [/llama/, "meta"],
  ];
  return makers.find(([pattern]) => pattern.test(name))?.[1] ?? provider;
}

/** The names of a model's capabilities, in the order of the interface. */
export function capabilitiesOf(known: Known): (keyof Capabilities)[] {
  const { provider, id } = known;
  const maker = makerOf(provider, id);
  const audio = /(^|\/)gpt-audio/.test(id);
  const flags: Capabilities = {
    // pi-ai lists only models that call tools, and so do the models added by hand.
    tools: true,
    structuredOutput: hasStructuredOutput(provider, maker, id),
    // gpt-4 predates JSON mode; everyone else has it, natively or through the adapter's
    // instruction.
    jsonMode: !audio && id !== "gpt-4",
    vision: known.vision,
    // Every Gemini chat model hears; so do OpenAI's gpt-audio and Mistral's voxtral.
    audioInput: audio || maker === "google" || /voxtral/.test(id),
    audioOutput: audio,
    files: known.vision && readsFiles(provider, maker),
    reasoning: known.reasoning,
  };
  return (Object.keys(flags) as (keyof Capabilities)[]).filter((name) => flags[name]);
}

function hasStructuredOutput(provider: string, maker: string, id: string): boolean {
  switch (maker) {
    case "openai":
      // Began with gpt-4o-2024-08-06; the audio models never had it.
      return !/^(openai\/)?(gpt-3\.5|gpt-4$|gpt-4-|gpt-4o-2024-05-13|gpt-audio)/.test(id);
    case "deepseek":
      // DeepSeek's own API has JSON mode only; its hosts decode under a grammar.
      return provider !== "deepseek";
    case "meta":
      // Groq takes a schema for a few models only, none of them Llama 3.
      return provider !== "groq";
    default:
      return true;
  }
}

/**
 * PDF parts: the makers that document them, at themselves and at the aggregators that pass them on.
 */
function readsFiles(provider: string, maker: string): boolean {
  const direct = ["openai", "anthropic", "google", "azure", "openrouter"].includes(provider);
  return direct && ["openai", "anthropic", "google"].includes(maker);
}

/** For models whose maker documents nothing: a 2048 x 2048 image in patches of 32 x 32 pixels. */
const IMAGE_TOKENS_UNKNOWN = 4_096;

/**
 * The most input tokens one image can cost. It is an upper bound for the quote, so it takes the
 * largest image that the maker does not shrink, at the highest `detail`.
 */
export function imageTokensMaxOf(provider: string, id: string): number {
  const name = id.split("/").at(-1) ?? id;
  switch (makerOf(provider, id)) {
    case "openai":
      return openaiImageTokens(name);
    case "anthropic":
      // Until Opus 4.6: 1568 pixels on the long side, about 1600 tokens. Later: 2576 pixels, 4784
      // tokens.
      return /3|4[-.][0-6]/.test(name) ? 1_600 : 4_784;
    case "google":
      // Gemini 2.5: 258 tokens for each 768-pixel tile of at most 16. Later: 2240 at ultra-high
      // resolution.
      return /2\.\d/.test(name) ? 4_128 : 2_240;
    case "gemma":
      return 1_120;
    case "mistral":
      // 1024 x 1024 in patches of 16, with a break token for each of the 64 rows.
      return 4_160;
    case "xai":
      // Six tiles of 256 and one for the whole.
      return 1_792;
    case "qwen":
      // max_pixels defaults to 16384 patches of 28 x 28 pixels.
      return 16_384;
    default:
      return IMAGE_TOKENS_UNKNOWN;
  }
}

/** Tile models: a base and a part for each 512-pixel tile, of which 2048 x 768 pixels have 8. */
const TILES_MAX = 8;

function openaiImageTokens(name: string): number {
  if (/^gpt-4o-mini/.test(name)) {
    // Priced as gpt-4o's images in spite of the cheaper tokens, which takes 33 times as many.
    return 2_833 + 5_667 * TILES_MAX;
  }
  if (/^gpt-(4\.1|5|5\.\d)-nano/.test(name)) {
    return Math.ceil(1_536 * 2.46);
  }
  if (/^(gpt-(4\.1|5|5\.\d)-mini|o4-mini)/.test(name)) {
    return Math.ceil(1_536 * 1.72);
  }
  if (/^(gpt-4|gpt-3\.5)/.test(name)) {
    return 85 + 170 * TILES_MAX;
  }
  if (/^(gpt-5$|gpt-5-|gpt-5\.[1-3]|o\d)/.test(name)) {
    return 75 + 150 * TILES_MAX;
  }
  // gpt-5.4 and later take `detail: original`: up to 10 000 patches of 32 x 32 pixels.
  return 10_000;
}
