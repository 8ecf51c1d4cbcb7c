// What each platform that hosts Claude offers of Anthropic's own API.
import { type ModelTraits, plainName, traitsOf } from "./traits.ts";

export interface PlatformFeatures {
  /** Structured output and strict tools. */
  nativeJson: boolean;
  /** Messages of the role `system` in mid-conversation. */
  systemTurns: boolean;
  /** Cache breakpoints that live for an hour. */
  hourCache: boolean;
  /** Can be kept to one call at a time. */
  singleCalls: boolean;
  /** Fetches images and documents by itself; elsewhere their bytes are sent. */
  mediaUrls: boolean;
}

export const ANTHROPIC_FEATURES: PlatformFeatures = {
  nativeJson: true,
  systemTurns: true,
  hourCache: true,
  singleCalls: true,
  mediaUrls: true,
};

/** Neither native JSON nor system turns in mid-conversation are documented for Claude here. */
export const VERTEX_FEATURES: PlatformFeatures = {
  ...ANTHROPIC_FEATURES,
  nativeJson: false,
  systemTurns: false,
  mediaUrls: false,
};

/** Bedrock checks newer models by an older schema; Haiku 4.5 has structured output on some accounts only. */
const BEDROCK_NATIVE_JSON = /(?:opus|sonnet)-4-[56]/;

/** Before Claude 4.5 Bedrock knows neither the hour nor the one call at a time. */
const BEDROCK_EARLY = /claude-(?:instant|v?[23])|-3(?!\d)|-4(?!\d|-[2-9](?!\d))/;

/** Converse's, by model. */
export function bedrockFeatures(model: string): PlatformFeatures {
  const name = plainName(model);
  const isEarly = BEDROCK_EARLY.test(name);
  return {
    nativeJson: BEDROCK_NATIVE_JSON.test(name),
    systemTurns: false,
    hourCache: !isEarly,
    singleCalls: !isEarly,
    mediaUrls: false,
  };
}

/** All that decides how a request to one model on one platform is built. */
export interface ModelRules extends ModelTraits, PlatformFeatures {
  /** A tool may take a structured answer: it is forced, or the model does as it is told. */
  answerTool: boolean;
  /** Refuses `temperature` and `top_p` together. */
  oneSampling: boolean;
  /** Takes `top_k` where it takes sampling. */
  topK: boolean;
  stopSequences: boolean;
  /** Cache breakpoints are taken in the whole prompt, in all but the tools, or nowhere. */
  cacheBreakpoints: "everywhere" | "messages" | "nowhere";
}

/** Claude's rules: what the model and the platform both have. */
export function claudeRules(model: string, features: PlatformFeatures): ModelRules {
  const traits = traitsOf(model);
  return {
    ...traits,
    ...features,
    nativeJson: traits.nativeJson && features.nativeJson,
    systemTurns: traits.systemTurns && features.systemTurns,
    answerTool: true,
    oneSampling: true,
    topK: true,
    stopSequences: true,
    cacheBreakpoints: "everywhere",
  };
}
