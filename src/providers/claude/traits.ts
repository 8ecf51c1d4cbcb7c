// What each generation of Claude takes and refuses, as data: the one table for all its platforms.

/** How a model can be told to think, where the client asks for it. */
export type ThinkingStyle =
  /** It decides by itself, guided by an effort. */
  | "adaptive"
  /** It is given a number of tokens. */
  | "budget"
  /** By a field of its maker's, which the dialect knows. */
  | "own"
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
  /** Takes `temperature`, `top_p` and `top_k`. */
  sampling: boolean;
  thinking: ThinkingStyle;
  noThinking: NoThinking;
  /** Knows the effort `xhigh`. */
  xhighEffort: boolean;
  /** Which choices that force a call are taken: of any tool, of a named one too, or none. */
  forcedTools: "named" | "any" | "none";
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
  forcedTools: "named",
  nativeJson: true,
  systemTurns: true,
};

const BUDGET: ModelTraits = {
  sampling: true,
  thinking: "budget",
  noThinking: "disabled",
  xhighEffort: false,
  forcedTools: "named",
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
  [/sonnet-5-5/, { ...LATEST, noThinking: "between_tools", forcedTools: "none" }],
  [/opus-5-5|fable-5-1/, { ...ALWAYS_THINKS, forcedTools: "none" }],
  [/fable-5-2/, { ...ALWAYS_THINKS, forcedTools: "none", systemTurns: false }],
  [/fable-5/, ALWAYS_THINKS],
  [/haiku-5-5|opus-5|opus-4-8|sonnet-5/, LATEST],
  [/opus-4-7/, { ...LATEST, systemTurns: false }],
  [/(?:opus|sonnet)-4-6/, { ...LATEST, sampling: true, xhighEffort: false, systemTurns: false }],
  [/(?:opus|sonnet|haiku)-4-5|opus-4-1/, BUDGET],
  // A date or nothing follows the 4, never another number of the version.
  [/(?:opus|sonnet)-4(?!\d|-[1-9](?!\d))|claude-3-7|sonnet-3-7/, { ...BUDGET, nativeJson: false }],
  [
    /claude-(?:instant|v?[23])(?!\d)|(?:opus|sonnet|haiku)-3(?!\d)/,
    { ...BUDGET, thinking: "none", noThinking: "nothing", nativeJson: false },
  ],
  // A Claude that is newer than this table takes what the latest ones take.
  [/claude|anthropic/, { ...LATEST, systemTurns: false }],
];

/** A model of another maker behind a server that speaks Anthropic's dialect. */
const FOREIGN: ModelTraits = { ...BUDGET, nativeJson: false };

/** What the model takes. @param model its id in any spelling, see {@link plainName} */
export function traitsOf(model: string): ModelTraits {
  const name = plainName(model);
  return MATRIX.find(([pattern]) => pattern.test(name))?.[1] ?? FOREIGN;
}

/** Whether an id, in any spelling and with any host's prefix, is one of Claude's. */
export function isClaude(model: string): boolean {
  return /claude|anthropic\./i.test(model);
}

/**
 * An id in one spelling, for patterns: `claude-sonnet-4-5-20250929` for
 * `us.anthropic.claude-sonnet-4-5@20250929` and `claude-4.5-sonnet:20250929` alike.
 */
export function plainName(model: string): string {
  return model
    .toLowerCase()
    .replace(/[.:@/_ ]+/g, "-")
    .replace(/claude-(\d{1,2}(?:-\d{1,2})?)-(opus|sonnet|haiku|fable)/, "claude-$2-$1");
}
