// What the generations of Gemini's models take, as data: the first pattern that matches counts.

import type { ReasoningEffort } from "../../base/chat.ts";

/** How a model is told how much to think. */
export type Thinking =
  | { kind: "none" }
  /** `thinkingBudget` in tokens, from `min` to `max`; 0 switches it off where that is possible. */
  | { kind: "budget"; min: number; max: number; canDisable: boolean }
  /** `thinkingLevel`, from the least to the most; thinking cannot be switched off. */
  | { kind: "level"; levels: readonly [ReasoningEffort, ...ReasoningEffort[]] };

export interface ModelTraits {
  /** False: the system's text has to stand in the first user turn. */
  systemInstruction: boolean;
  thinking: Thinking;
  /** Takes a JSON response format together with function tools (with automatic choice only). */
  jsonWithTools: boolean;
  /** Refuses a replayed function call that lacks its thought signature. */
  needsSignatures: boolean;
  /** Takes images and files within the result of a function. */
  mediaInResults: boolean;
  /** Takes penalties on every API; false: on Vertex AI only. */
  penalties: boolean;
}

const NO_THINKING: Thinking = { kind: "none" };

const OLD: ModelTraits = {
  systemInstruction: true,
  thinking: NO_THINKING,
  jsonWithTools: false,
  needsSignatures: false,
  mediaInResults: false,
  penalties: true,
};

const GEMINI_25: Omit<ModelTraits, "thinking"> = { ...OLD, penalties: false };

const GEMINI_3: Omit<ModelTraits, "thinking"> = {
  systemInstruction: true,
  jsonWithTools: true,
  needsSignatures: true,
  mediaInResults: true,
  penalties: true,
};

const levels = (...known: Extract<Thinking, { kind: "level" }>["levels"]): Thinking => ({
  kind: "level",
  levels: known,
});

const budget = (min: number, max: number, canDisable = true): Thinking => ({
  kind: "budget",
  min,
  max,
  canDisable,
});

const fromLow = levels("low", "medium", "high");
const flashBudget = budget(1, 24_576);

/** What an unknown `gemini-…` is taken for: the newest generation known. */
const NEWEST: ModelTraits = { ...GEMINI_3, thinking: levels("minimal", "low", "medium", "high") };

/**
 * By the model's own name, in lower case, without the folders before it. From the documentation of
 * Gemini's thinking and the catalogue of `@ai-sdk/google` 4.0.121.
 */
const MATRIX: readonly (readonly [RegExp, ModelTraits])[] = [
  [/^gemma-/, { ...OLD, systemInstruction: false }],
  [/^gemini-(?:1[.-]|pro(?:-vision)?$)/, OLD],
  [/^gemini-robotics-er-1\.5/, { ...OLD, thinking: flashBudget }],
  [/^gemini-2\.5-flash-(?:image|preview-tts)/, { ...GEMINI_25, thinking: NO_THINKING }],
  [/^gemini-2\.5-flash-lite/, { ...GEMINI_25, thinking: budget(512, 24_576) }],
  [/^gemini-2\.5-pro/, { ...GEMINI_25, thinking: budget(128, 32_768, false) }],
  [/^gemini-2\.5[.-]/, { ...GEMINI_25, thinking: flashBudget }],
  [/^gemini-2[.-]/, OLD],
  [/^gemini-3-pro-image/, { ...GEMINI_3, thinking: budget(1, 32_768) }],
  // The first of its generation knew two levels only.
  [/^gemini-3-pro/, { ...GEMINI_3, thinking: levels("low", "high") }],
  [
    /^gemini-4-hydrogen(?:-|$)/,
    { ...GEMINI_3, thinking: levels("low", "medium", "high", "xhigh") },
  ],
  [/^gemini-(?:[3-9]|\d{2,})(?:\.\d+)?-pro(?:-|$)/, { ...GEMINI_3, thinking: fromLow }],
  // The full flash models dropped `minimal` with 3.7; the lite ones keep it.
  [
    /^gemini-(?:3\.(?:[7-9]|\d{2,})|(?:[4-9]|\d{2,})\.\d+)-flash(?!-lite)(?:-|$)/,
    { ...GEMINI_3, thinking: fromLow },
  ],
  [/^gemini-(?:flash|pro)-latest$/, { ...GEMINI_3, thinking: fromLow }],
];

/**
 * The traits of a model by its name at the provider, as `gemini-2.5-pro` or `models/gemma-3-4b`.
 */
export function modelTraits(model: string): ModelTraits {
  const name = model.toLowerCase().split("/").at(-1) ?? "";
  return MATRIX.find(([pattern]) => pattern.test(name))?.[1] ?? NEWEST;
}
