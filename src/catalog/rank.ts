// The order of providers when several serve the same id.

/**
 * Makers of models first, since their own service is the reference for what an id means; then hosts
 * by speed of answer; then aggregators and clouds, which add a hop. Providers of the operator's own
 * naming come before hosts: someone who runs a model has chosen to.
 */
const ORDER: readonly string[] = [
  "openai",
  "anthropic",
  "google",
  "mistral",
  "deepseek",
  "xai",
  "moonshot",
  "*",
  "groq",
  "cerebras",
  "together",
  "fireworks",
  "azure",
  "vertex",
  "bedrock",
  "openrouter",
];

/** The provider's place, smaller being better. */
export function rankOf(providerId: string): number {
  const index = ORDER.indexOf(providerId);
  return index === -1 ? ORDER.indexOf("*") : index;
}
