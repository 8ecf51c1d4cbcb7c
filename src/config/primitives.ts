// Small schemas that the configuration's sections share, and the units of their numbers.
import { z } from "zod";

export const MINUTE_MS = 60_000;
export const MIB = 1_048_576;

export const positiveInt = z.int().positive();
export const durationMs = z
  .int()
  .positive()
  .max(24 * 60 * MINUTE_MS);

export const percent = z
  .number()
  .min(0)
  .max(1000)
  .refine(
    (value) => Number.isInteger(Math.round(value * 1e6) / 1e4),
    "expected at most 2 decimals",
  );

export const httpUrl = z
  .url({ protocol: /^https?$/, error: "expected a URL that begins with http:// or https://" })
  // Also run on what is no URL at all, whose issue is told already.
  .refine((value) => !URL.parse(value)?.username, "credentials do not belong in a URL");
