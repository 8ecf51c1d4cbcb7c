// Prompt caching: the clients' breakpoints, in either spelling, as Anthropic's `cache_control`.
import { asObject, isObject } from "../shared/json.ts";
import type { Cacheable, CacheControl } from "./blocks.ts";

/** Claude refuses a request with more breakpoints; those beyond are left out. */
const MAX_BREAKPOINTS = 4;

export interface BreakpointOptions {
  /** The most breakpoints that are handed out; {@link MAX_BREAKPOINTS} without it. */
  max?: number;
  /** Breakpoints may live for an hour. */
  hour: boolean;
}

/**
 * Hands out a request's breakpoints, which have to be asked for in the order of the prompt: tools,
 * system, messages. The first ones count, as they cover what changes least.
 */
export class CacheBreakpoints {
  readonly #hour: boolean;
  #left: number;

  constructor({ max = MAX_BREAKPOINTS, hour }: BreakpointOptions) {
    this.#left = max;
    this.#hour = hour;
  }

  /**
   * The breakpoint of a part, message, tool or whole request: its `cache_control` as it is, else OpenAI's
   * `prompt_cache_breakpoint`. Empty when it has none, or when the request has used up its breakpoints.
   */
  take(carrier: unknown): Cacheable {
    const control = controlOf(carrier);
    if (control === null || this.#left === 0) {
      return {};
    }
    this.#left--;
    return { cache_control: this.#hour ? control : { type: "ephemeral" } };
  }
}

function controlOf(carrier: unknown): CacheControl | null {
  const { cache_control: own, prompt_cache_breakpoint: openAi } = asObject(carrier);
  const isOwn = isObject(own) && own.type === "ephemeral";
  if (!isOwn && !isObject(openAi)) {
    return null;
  }
  // OpenAI's lifetimes (30 minutes and more) are all beyond the 5 minutes that are the default.
  const ttl = isOwn ? own.ttl : typeof asObject(openAi).ttl === "string" && "1h";
  return { type: "ephemeral", ...((ttl === "5m" || ttl === "1h") && { ttl }) };
}
