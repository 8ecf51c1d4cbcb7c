// Small schemas that many fields of the chat API share.
import { z } from "zod";

/** Any JSON object, its content left alone: a tool's parameters, a JSON schema. */
export const jsonObject = z.record(z.string(), z.unknown());

/** A count of tokens in a request's limit: whole, at least 1. */
export const tokenLimit = z.int().min(1);

/**
 * Anthropic's cache breakpoint, which OpenAI-compatible clients put on messages, parts and tools.
 * Loose: what a provider makes of it is that provider's business.
 */
export const cacheControl = z.looseObject({ type: z.string(), ttl: z.string().nullish() });

/** OpenAI's cache breakpoint on a content part. */
export const promptCacheBreakpoint = z.looseObject({
  mode: z.string(),
  ttl: z.string().nullish(),
});
