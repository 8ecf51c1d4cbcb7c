// The quirks of each provider that speaks OpenAI's dialect, put together from the named patches.
import { CARRIED_FIELDS, OLD_TOOL_FIELDS } from "../shared/chat-fields.ts";
import { filesAsDocuments } from "./document-parts.ts";
import {
  developerAsSystem,
  dropCacheBreakpoints,
  dropMessageFields,
  dropToolCallExtras,
  keepMessageFields,
  nineCharacterToolIds,
  onMessages,
  reasoningContentAsReasoning,
  reasoningContentOnEveryTurn,
  shortToolIds,
} from "./messages.ts";
import { COMPATIBLE, PLATFORM_FIELDS, type Quirks } from "./quirks.ts";
import {
  allowedToolsOnly,
  dropSingleN,
  dropUsualTier,
  renameField,
  toolChoiceAny,
} from "./request-patches.ts";

/** What other hosts' answers have in a message, and bring along in a conversation. */
const HOSTS_FIELDS = [
  "audio_content",
  "channel",
  "executed_tools",
  "images",
  "reasoning",
  "reasoning_content",
  "reasoning_details",
  "reasoning_opaque",
  "reasoning_text",
  "token_id",
] as const;

/** Sampling settings that the open-weight hosts add to OpenAI's. */
const OPEN_WEIGHT_FIELDS = ["top_k", "min_p", "repetition_penalty"] as const;

/**
 * A provider that only the configuration knows: it may be Google's endpoint, which has thoughts in
 * the total alone, or a server whose chat template has no role `developer`.
 */
export const CUSTOM: Quirks = {
  ...COMPATIBLE,
  hiddenOutputInTotal: "if reported",
  patches: [allowedToolsOnly, onMessages(developerAsSystem), dropUsualTier("on_demand")],
};

/** What the hosts of other models share. */
export const COMMON: Quirks = {
  ...COMPATIBLE,
  refusedFields: PLATFORM_FIELDS,
  patches: [
    allowedToolsOnly,
    onMessages(developerAsSystem, dropToolCallExtras),
    dropUsualTier("on_demand"),
  ],
};

/**
 * OpenAI refuses messages with fields that other providers' answers bring along in a conversation.
 */
export const OPENAI: Quirks = {
  ...COMPATIBLE,
  outputLimitField: "max_completion_tokens",
  refusesObfuscation: true,
  passFields: true,
  patches: [
    onMessages(dropMessageFields(...HOSTS_FIELDS), dropToolCallExtras, shortToolIds),
    dropCacheBreakpoints,
    dropUsualTier("on_demand"),
  ],
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
    ...CARRIED_FIELDS,
    "frequency_penalty",
    "messages",
    "n",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "seed",
  ],
  passFields: ["prompt_mode", "random_seed", "safe_prompt"],
  patches: [
    renameField("seed", "random_seed"),
    allowedToolsOnly,
    toolChoiceAny,
    onMessages(
      developerAsSystem,
      filesAsDocuments,
      keepMessageFields("role", "content", "tool_calls", "tool_call_id", "prefix"),
      nineCharacterToolIds,
    ),
    dropCacheBreakpoints,
  ],
};

/**
 * Answers 400 to log probabilities, biases, predictions, more than one choice, and to any message
 * field but its own (`reasoning` only where the model reasons). Its usual tier is `on_demand`.
 */
export const GROQ: Quirks = {
  ...COMMON,
  refusedFields: [
    ...PLATFORM_FIELDS,
    "audio",
    "logit_bias",
    "logprobs",
    "modalities",
    "prediction",
    "top_logprobs",
    "verbosity",
  ],
  passFields: ["include_reasoning", "reasoning_format"],
  patches: [
    allowedToolsOnly,
    onMessages(
      developerAsSystem,
      reasoningContentAsReasoning,
      keepMessageFields(
        "role",
        "content",
        "tool_calls",
        "tool_call_id",
        "reasoning",
        "function_call",
      ),
    ),
    dropCacheBreakpoints,
    dropSingleN,
    dropUsualTier("default", "standard"),
  ],
};

/**
 * Refuses message fields that it does not know, its own answers' `reasoning` among them under any
 * name.
 */
export const CEREBRAS: Quirks = {
  ...COMMON,
  refusedFields: [
    ...PLATFORM_FIELDS,
    ...OLD_TOOL_FIELDS,
    "audio",
    "modalities",
    "verbosity",
    "web_search_options",
  ],
  patches: [
    ...COMMON.patches,
    onMessages(keepMessageFields("role", "content", "name", "tool_calls", "tool_call_id")),
    dropCacheBreakpoints,
  ],
};

/** Takes its own switch for thinking, and wants its reasoning back. */
export const DEEPSEEK: Quirks = {
  ...COMMON,
  passFields: ["thinking"],
  patches: [...COMMON.patches, reasoningContentOnEveryTurn],
};

/**
 * Counts reasoning in the total only. Its search settings cost extra, and so do not pass unasked.
 */
export const XAI: Quirks = { ...COMMON, hiddenOutputInTotal: true };

/**
 * `models`, `route` and `plugins` do not pass: they change what is charged behind the pinned price.
 * `provider` does, as the caller's privacy depends on it: what the host that it leads to costs is in
 * the report.
 */
export const OPENROUTER: Quirks = {
  ...COMPATIBLE,
  refusedFields: PLATFORM_FIELDS,
  passFields: [
    ...OPEN_WEIGHT_FIELDS,
    "cache_control",
    "include_reasoning",
    "provider",
    "reasoning",
    "top_a",
    "transforms",
  ],
  reportsCost: true,
  patches: [allowedToolsOnly, dropUsualTier("on_demand")],
};

/** The hosts of open-weight models. */
export const OPEN_WEIGHT: Quirks = { ...COMMON, passFields: OPEN_WEIGHT_FIELDS };

/** One's own server: whatever the caller sends is the caller's to try. */
export const LOCAL: Quirks = { ...COMMON, passFields: true };
