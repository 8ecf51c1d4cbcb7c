// What models can do, by maker and by provider: the flags that neither source carries, from the
// makers' documentation.
import type { Capabilities } from "../../src/base/model.ts";
import { claudeVersion, modelIdentity } from "../../src/catalog/identity.ts";

/** What the sources say about a model. */
export interface Known {
  provider: string;
  id: string;
  vision: boolean;
  reasoning: boolean;
}

/** The names of a model's capabilities, in the order of the interface. */
export function capabilitiesOf(known: Known): (keyof Capabilities)[] {
  const { provider, id } = known;
  const { maker, name, snapshot } = modelIdentity(id);
  const audio = name.startsWith("gpt-audio");
  const flags: Capabilities = {
    // pi-ai lists only models that call tools, and so do the models added by hand.
    tools: true,
    structuredOutput: hasStructuredOutput(
      provider,
      maker,
      snapshot === null ? name : `${name}-${snapshot}`,
    ),
    // gpt-4 predates JSON mode; everyone else has it, natively or through the adapter's
    // instruction.
    jsonMode: !audio && name !== "gpt-4",
    vision: known.vision,
    // Every Gemini chat model hears; so do OpenAI's gpt-audio and Mistral's voxtral.
    audioInput: audio || maker === "google" || /voxtral/.test(name),
    audioOutput: audio,
    files: known.vision && readsFiles(provider, maker, name),
    reasoning: known.reasoning,
  };
  return (Object.keys(flags) as (keyof Capabilities)[]).filter((name) => flags[name]);
}

function hasStructuredOutput(provider: string, maker: string | null, name: string): boolean {
  switch (maker) {
    case "openai":
      // Began with gpt-4o-2024-08-06; the audio models never had it.
      return !/^(gpt-3-5|gpt-4$|gpt-4-(?!1)|gpt-4o-20240513|gpt-audio)/.test(name);
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
 * PDF parts. Of a model that sees, the host decides by what it passes on:
 * - Claude since 3.5 and Gemini read them themselves, wherever they are served.
 * - OpenAI's models read them at OpenAI, Azure and OpenRouter; Bedrock's documentation is silent.
 * - Bedrock's Converse reads them for Nova, Llama 4 and Pixtral as well.
 * - Mistral reads them for its own models, as `document_url`.
 * - OpenRouter has a paid OCR read them to every other model, at a price per page that no model's
 *   price stands and no hold could bound: those are refused.
 */
function readsFiles(provider: string, maker: string | null, name: string): boolean {
  switch (maker) {
    case "anthropic": {
      const [major, minor] = claudeVersion(name) ?? [0, 0];
      return major > 3 || (major === 3 && minor >= 5);
    }
    case "google":
      return true;
    case "openai":
      return ["openai", "azure", "openrouter"].includes(provider);
    case "amazon":
      return provider === "bedrock";
    case "meta":
      return provider === "bedrock" && name.startsWith("llama-4");
    case "mistral":
      return provider === "mistral" || (provider === "bedrock" && name.startsWith("pixtral"));
    default:
      return false;
  }
}

/** For models whose maker documents nothing: a 2048 x 2048 image in patches of 32 x 32 pixels. */
const IMAGE_TOKENS_UNKNOWN = 4_096;

/**
 * The most input tokens one image can cost. It is an upper bound for the quote, so it takes the
 * largest image that the maker does not shrink, at the highest `detail`.
 */
export function imageTokensMaxOf(id: string): number {
  const { maker, name } = modelIdentity(id);
  switch (maker) {
    case "openai":
      return openaiImageTokens(name);
    case "anthropic":
      // Until Opus 4.6: 1568 pixels on the long side, about 1600 tokens. Later: 2576 pixels, 4784
      // tokens.
      return isBefore(claudeVersion(name), [4, 7]) ? 1_600 : 4_784;
    case "google":
      // Gemini 2.5: 258 tokens for each 768-pixel tile of at most 16. Later: 2240 at ultra-high
      // resolution.
      return /^gemini-[12]-/.test(name) ? 4_128 : 2_240;
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

function isBefore(
  version: readonly [number, number] | null,
  [major, minor]: readonly [number, number],
): boolean {
  return version !== null && (version[0] < major || (version[0] === major && version[1] < minor));
}

/** Tile models: a base and a part for each 512-pixel tile, of which 2048 x 768 pixels have 8. */
const TILES_MAX = 8;

function openaiImageTokens(name: string): number {
  if (/^gpt-4o-mini/.test(name)) {
    // Priced as gpt-4o's images in spite of the cheaper tokens, which takes 33 times as many.
    return 2_833 + 5_667 * TILES_MAX;
  }
  if (/^gpt-(4-1|5|5-\d)-nano/.test(name)) {
    return Math.ceil(1_536 * 2.46);
  }
  if (/^(gpt-(4-1|5|5-\d)-mini|o4-mini)/.test(name)) {
    return Math.ceil(1_536 * 1.72);
  }
  if (/^(gpt-4|gpt-3-5)/.test(name)) {
    return 85 + 170 * TILES_MAX;
  }
  if (/^(gpt-5$|gpt-5-(?!\d)|gpt-5-[1-3](-|$)|o\d)/.test(name)) {
    return 75 + 150 * TILES_MAX;
  }
  // gpt-5.4 and later take `detail: original`: up to 10 000 patches of 32 x 32 pixels.
  return 10_000;
}
