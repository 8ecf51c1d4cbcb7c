// What sets Claude's generations apart in a request, read from the model's id.

/** How a generation is told to think. */
export type Thinking =
  | { kind: "none" }
  /** A number of tokens, part of the output limit. */
  | { kind: "budget" }
  /** The model decides, steered by an effort; `off` turns it off, null where nothing does. */
  | { kind: "adaptive"; off: "disabled" | "between_tools" | null; topEffort: "max" | "high" };

export interface ClaudeTraits {
  /** Takes `temperature` and `top_p`. */
  sampling: boolean;
  thinking: Thinking;
  /** Takes a tool choice that leaves it no choice. */
  forcedTools: boolean;
  /** Bedrock holds its answers and tool calls to a JSON schema. */
  nativeJson: boolean;
  strictTools: boolean;
  /** Takes a cache point's lifetime of one hour. */
  longCache: boolean;
}

const adaptive = (off: "disabled" | "between_tools" | null): Thinking => ({
  kind: "adaptive",
  off,
  topEffort: "max",
});

/** Everything since Opus 4.7: Bedrock checks requests for these against an older schema. */
const RECENT: ClaudeTraits = {
  sampling: false,
  thinking: adaptive("disabled"),
  forcedTools: true,
  nativeJson: false,
  strictTools: false,
  longCache: true,
};

const FOUR_SIX: ClaudeTraits = {
  sampling: true,
  thinking: { kind: "adaptive", off: "disabled", topEffort: "high" },
  forcedTools: true,
  nativeJson: true,
  strictTools: true,
  longCache: true,
};

const FOUR_FIVE: ClaudeTraits = { ...FOUR_SIX, thinking: { kind: "budget" } };

const FOUR: ClaudeTraits = {
  ...FOUR_FIVE,
  nativeJson: false,
  strictTools: false,
  longCache: false,
};

const THREE: ClaudeTraits = { ...FOUR, thinking: { kind: "none" } };

/**
 * The first fragment that an id contains decides. Bedrock's ids are `anthropic.claude-…` with an
 * optional region before and a date and version after. Native JSON is left out for Sonnet 4.6 and
 * Haiku 4.5: the one strays from complex schemas, the other has it on some accounts only.
 */
const MODELS: readonly (readonly [string, ClaudeTraits])[] = [
  ["sonnet-5-5", { ...RECENT, thinking: adaptive("between_tools"), forcedTools: false }],
  ["opus-5-5", { ...RECENT, thinking: adaptive(null), forcedTools: false }],
  ["fable-5-1", { ...RECENT, thinking: adaptive(null), forcedTools: false }],
  ["fable-5-2", { ...RECENT, thinking: adaptive(null), forcedTools: false }],
  ["fable-5", { ...RECENT, thinking: adaptive(null) }],
  ["opus-4-6", FOUR_SIX],
  ["sonnet-4-6", { ...FOUR_SIX, nativeJson: false }],
  ["haiku-4-5", { ...FOUR_FIVE, nativeJson: false }],
  ["opus-4-5", FOUR_FIVE],
  ["sonnet-4-5", FOUR_FIVE],
  ["opus-4-7", RECENT],
  ["opus-4-8", RECENT],
  ["opus-4", FOUR],
  ["sonnet-4", FOUR],
  ["3-7-sonnet", FOUR],
  ["claude-3", THREE],
  ["claude-v2", THREE],
  ["claude-instant", THREE],
];

/** The traits of a Claude model; an unknown id is taken for one newer than this table. */
export function claudeTraits(model: string): ClaudeTraits {
  return MODELS.find(([fragment]) => model.includes(fragment))?.[1] ?? RECENT;
}
