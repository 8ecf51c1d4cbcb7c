// The configuration of one model: what it costs and can do, where the catalogue lacks it or is to be overruled.
import { z } from "zod";
import { AmountError, parseCredits, parseUnitPrice } from "../base/micro.ts";
import { percent, positiveInt } from "./primitives.ts";

/** A price in USD, as the decimal string that providers print. @param read into micro-dollars for a million */
const usd = (read: (text: string) => number) =>
  z.union([z.string(), z.number()]).transform((value, context) => {
    try {
      return read(String(value));
    } catch (error) {
      const message = error instanceof AmountError ? error.message : "not a price";
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
  });

const usdPerMtok = usd(parseCredits);
const usdEach = usd(parseUnitPrice);

const priceOverride = z.strictObject({
  inputPerMtok: usdPerMtok,
  outputPerMtok: usdPerMtok,
  cacheReadPerMtok: usdPerMtok.optional(),
  cacheReadAudioPerMtok: usdPerMtok.optional(),
  cacheWritePerMtok: usdPerMtok.optional(),
  cacheWrite1hPerMtok: usdPerMtok.optional(),
  inputAudioPerMtok: usdPerMtok.optional(),
  outputAudioPerMtok: usdPerMtok.optional(),
  outputReasoningPerMtok: usdPerMtok.optional(),
  perImage: usdEach.optional(),
  perSecond: usdEach.optional(),
  perCharacter: usdEach.optional(),
  perPage: usdEach.optional(),
  perRequest: usdEach.optional(),
});

const capabilityOverride = z.strictObject({
  tools: z.boolean().optional(),
  structuredOutput: z.boolean().optional(),
  jsonMode: z.boolean().optional(),
  vision: z.boolean().optional(),
  audioInput: z.boolean().optional(),
  audioOutput: z.boolean().optional(),
  files: z.boolean().optional(),
  reasoning: z.boolean().optional(),
});

export const modelOverride = z.strictObject({
  /** The model's name at the provider, where it differs (an Azure deployment, say). */
  upstreamId: z.string().min(1).optional(),
  /** Other ids under which clients may ask for it. */
  aliases: z.array(z.string().min(1)).default([]),
  /** USD per million tokens, and for each of what is not counted in tokens. */
  price: priceOverride.optional(),
  /** Serve it without charging. */
  free: z.boolean().default(false),
  /** Added to the price, in percent with at most 2 decimals. */
  markupPercent: percent.optional(),
  contextWindow: positiveInt.optional(),
  maxOutputTokens: positiveInt.optional(),
  imageTokensMax: positiveInt.optional(),
  capabilities: capabilityOverride.default({}),
});
