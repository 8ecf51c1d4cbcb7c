// Cache marks of either spelling as Bedrock's cache points.
import { isObject } from "../shared/json.ts";
import type { ModelFamily } from "./model-family.ts";
import type { CachePoint } from "./wire.ts";

type Place = "tools" | "messages";

/**
 * The cache point for what carries a mark (Anthropic's `cache_control`, OpenAI's
 * `prompt_cache_breakpoint`), or null when it carries none or the model has none at this place. It
 * follows the block that was marked. Only `cache_control` can ask for the dearer hour: OpenAI's
 * longer lifetimes have no counterpart.
 */
export function cachePointOf(
  marked: Readonly<Record<string, unknown>>,
  place: Place,
  family: ModelFamily,
): CachePoint | null {
  const { cache_control: control, prompt_cache_breakpoint: breakpoint } = marked;
  if (!isObject(control) && !isObject(breakpoint)) {
    return null;
  }
  if (
    family.cachePoints === "nowhere" ||
    (family.cachePoints === "messages" && place === "tools")
  ) {
    return null;
  }
  const hour = isObject(control) && control.ttl === "1h" && family.claude?.longCache === true;
  return { cachePoint: hour ? { type: "default", ttl: "1h" } : { type: "default" } };
}
