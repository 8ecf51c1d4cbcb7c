// Schemas of amounts that several endpoints speak of.
import { z } from "zod";

/** A count of tokens in an answer: whole, not negative. */
export const tokenCount = z.int().min(0);

/** Credits (1 credit is 1 USD) as a decimal string with exactly 6 decimals. */
export const credits = z
  .string()
  .regex(/^-?\d+\.\d{6}$/)
  .meta({ example: "0.000021" });
