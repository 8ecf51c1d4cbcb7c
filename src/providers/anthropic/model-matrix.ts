// What each generation of Claude takes and refuses, as data.

/** How a model can be told to think, where the client asks for it. */
export type ThinkingStyle =
  /** It decides by itself, guided by an effort. */
  | "adaptive"
  /** It is given a number of tokens. */
  | "budget"
  | "none";

/** What stands for "do not think" at a model. */
export type NoThinking =
  | "disabled"
  /** It cannot be switched off, but kept to notes between tool calls. */
  | "between_tools"
  /** It cannot be switched off: the lowest effort is the nearest to it. */
  | "low_effort"
  /** It never thinks. */
  | "nothing";

export interface ModelTraits {
  /** Takes `temperature` and `top_p`. */
  sampling: boolean;
  thinking: ThinkingStyle;
  noThinking: NoThinking;
  /** Knows the effort `xhigh`. */
  xhighEffort: boolean;
  /** Takes a `tool_choice` that forces a call. */
  forcedTools: boolean;
  /** Has structured output of its own, and strict tools with it. */
  nativeJson: boolean;
  /** Takes messages of the role `system` in mid-conversation. */
  systemTurns: boolean;
}

const LATEST: ModelTraits = {
  sampling: false,
  thinking: "adaptive",
  noThinking: "disabled",
  xhighEffort: true,
  forcedTools: true,
  nativeJson: true,
  systemTurns: true,
};

const BUDGET: ModelTraits = {
  sampling: true,
  thinking: "budget",
  noThinking: "disabled",
  xhighEffort: false,
  forcedTools: true,
  nativeJson: true,
  systemTurns: false,
};

const ALWAYS_THINKS: ModelTraits = { ...LATEST, noThinking: "low_effort" };

/**
 * In the order of the search: the first match wins, so that `sonnet-5-5` stands before `sonnet-5`.
 * Sources: the types of @anthropic-ai/sdk 1.12.0, the catalogue of @ai-sdk/anthropic 4.0.105, and
 * for `systemTurns` Anthropic's documentation and @langchain/anthropic 1.5.13, which list Opus from
 * 4.8, Sonnet 5, Haiku 5.5 and Fable 5 on; a model that no source lists gets `false`, since folding
 * the text into a user turn works everywhere.
 */
const MATRIX: readonly (readonly [RegExp, ModelTraits])[] = [
  [/sonnet-5-5/, { ...LATEST, noThinking: "between_tools", forcedTools: false }],
  [/opus-5-5|fable-5-1/, { ...ALWAYS_THINKS, forcedTools: false }],
  [/fable-5-2/, { ...ALWAYS_THINKS, forcedTools: false, systemTurns: false }],
  [/fable-5/, ALWAYS_THINKS],
  [/haiku-5-5|opus-5|opus-4-8|sonnet-5/, LATEST],
  [/opus-4-7/, { ...LATEST, systemTurns: false }],
  [/(?:opus|sonnet)-4-6/, { ...LATEST, sampling: true, xhighEffort: false, systemTurns: false }],
  [/(?:opus|sonnet|haiku)-4-5|opus-4-1/, BUDGET],
  [/(?:opus|sonnet)-4(?:-0|-\d{6,}|@|$)|claude-3-7/, { ...BUDGET, nativeJson: false }],
  [
    /claude-(?:instant|v?[23])(?=$|[-@])/,
    { ...BUDGET, thinking: "none", noThinking: "nothing", nativeJson: false },
  ],
  // A Claude that is newer than this table takes what the latest ones take.
  [/claude/, { ...LATEST, systemTurns: false }],
];

/** A model of another maker behind a server that speaks this dialect. */
const FOREIGN: ModelTraits = { ...BUDGET, nativeJson: false };

/**
 * What the model takes.
 * @param upstreamModel in any spelling: `claude-sonnet-4-5@20250929`, `claude-sonnet-4.5`
 */
export function traitsOf(upstreamModel: string): ModelTraits {
  const name = upstreamModel.toLowerCase().replaceAll(".", "-");
  return MATRIX.find(([pattern]) => pattern.test(name))?.[1] ?? FOREIGN;
}
