// What sets an OpenAI-compatible provider apart from OpenAI, as data that a declaration holds.
import { UNFELT_PLATFORM_FIELDS } from "../shared/chat-fields.ts";
import type { RequestPatch } from "./request-patches.ts";
import type { UsageOptions } from "./usage.ts";

export interface Quirks extends UsageOptions {
  /** The field that carries the output limit. Only OpenAI and Azure know the newer name. */
  outputLimitField: "max_tokens" | "max_completion_tokens";
  /**
   * Asks for usage in streams (`stream_options.include_usage`). Off where the field itself is
   * refused.
   */
  asksStreamUsage: boolean;
  /**
   * Sends `stream_options.include_obfuscation: false`, which saves the padding of each chunk.
   * OpenAI only.
   */
  refusesObfuscation: boolean;
  /** OpenAI's documented fields that this provider takes; "all" but for the refused ones. */
  knownFields: "all" | readonly string[];
  /** Documented fields that this provider answers with an error: they are dropped. */
  refusedFields: readonly string[];
  /**
   * Fields of the provider's own that callers may send; `true` lets every unknown field through.
   */
  passFields: true | readonly string[];
  /** Changes to the body, in this order, after its fields were chosen. */
  patches: readonly RequestPatch[];
}

/**
 * An OpenAI-compatible provider of which nothing special is known: the older output limit, usage in
 * streams, the documented fields and no others.
 */
export const COMPATIBLE: Quirks = {
  outputLimitField: "max_tokens",
  asksStreamUsage: true,
  refusesObfuscation: false,
  knownFields: "all",
  refusedFields: [],
  passFields: [],
  patches: [],
  hiddenOutputInTotal: false,
  reportsCost: false,
};

/**
 * Fields that only mean something on OpenAI's own platform: strict providers refuse them and lenient
 * ones ignore them.
 */
export const PLATFORM_FIELDS: readonly string[] = [...UNFELT_PLATFORM_FIELDS, "moderation"];
