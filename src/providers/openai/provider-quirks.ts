// The quirks of each provider that speaks OpenAI's dialect, put together from the named patches.
import { filesAsDocuments } from "./document-parts.ts";
import { COMPATIBLE, PLATFORM_FIELDS, type Quirks } from "./quirks.ts";
import {
  developerAsSystem,
  dropMessageFields,
  dropSingleN,
  dropToolCallExtras,
  keepMessageFields,
  nineCharacterToolIds,
  reasoningContentAsReasoning,
  reasoningContentOnEveryTurn,
  renameField,
  toolChoiceAny,
} from "./request-patches.ts";

const REASONING_FIELDS = ["reasoning_content", "reasoning", "reasoning_details"] as const;

/** Sampling settings that the open-weight hosts add to OpenAI's. */
const OPEN_WEIGHT_FIELDS = ["top_k", "min_p", "repetition_penalty"] as const;

/** What the hosts of other models share. */
export const COMMON: Quirks = {
  ...COMPATIBLE,
  refusedFields: PLATFORM_FIELDS,
  patches: [developerAsSystem, dropToolCallExtras],
};

/**
 * OpenAI refuses messages with fields that other providers' answers bring along in a conversation.
 */
export const OPENAI: Quirks = {
  ...COMPATIBLE,
  outputLimitField: "max_completion_tokens",
  refusesObfuscation: true,
  passFields: true,
  patches: [dropMessageFields(...REASONING_FIELDS), dropToolCallExtras],
};

/** Without the obfuscation setting, which older API versions refuse. */
export const AZURE: Quirks = { ...OPENAI, refusesObfuscation: false };

/**
 * Answers 422 to any field that is not its own, in the body and in messages; usage always comes.
 */
export const MISTRAL: Quirks = {
  ...COMPATIBLE,
  asksStreamUsage: false,
  knownFields: [
    "frequency_penalty",
    "messages",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "reasoning_effort",
    "response_format",
    "seed",
    "stop",
    "temperature",
    "tool_choice",
    "tools",
    "top_p",
  ],
  passFields: ["prompt_mode", "random_seed", "safe_prompt"],
  patches: [
    renameField("seed", "random_seed"),
    toolChoiceAny,
    developerAsSystem,
    filesAsDocuments,
    keepMessageFields("role", "content", "tool_calls", "tool_call_id", "prefix"),
    dropToolCallExtras,
    nineCharacterToolIds,
  ],
};

/** Answers 400 to log probabilities, biases, names on messages and more than one choice. */
export const GROQ: Quirks = {
  ...COMMON,
  refusedFields: [...PLATFORM_FIELDS, "logit_bias", "logprobs", "top_logprobs"],
  passFields: ["include_reasoning", "reasoning_format"],
  patches: [
    developerAsSystem,
    dropToolCallExtras,
    dropMessageFields("name", "reasoning_details"),
    reasoningContentAsReasoning,
    dropSingleN,
  ],
};

/** Takes its own switch for thinking, and wants its reasoning back. */
export const DEEPSEEK: Quirks = {
  ...COMMON,
  passFields: ["thinking"],
  patches: [developerAsSystem, dropToolCallExtras, reasoningContentOnEveryTurn],
};

/**
 * Counts reasoning in the total only. Its search settings cost extra, and so do not pass unasked.
 */
export const XAI: Quirks = { ...COMMON, hiddenOutputInTotal: true };

/**
 * `models`, `route` and `plugins` do not pass: they change what is charged behind the pinned price.
 */
export const OPENROUTER: Quirks = {
  ...COMPATIBLE,
  refusedFields: PLATFORM_FIELDS,
  passFields: [...OPEN_WEIGHT_FIELDS, "include_reasoning", "reasoning", "top_a", "transforms"],
};

/** The hosts of open-weight models. */
export const OPEN_WEIGHT: Quirks = { ...COMMON, passFields: OPEN_WEIGHT_FIELDS };

/** One's own server: whatever the caller sends is the caller's to try. */
export const LOCAL: Quirks = { ...COMMON, passFields: true };
