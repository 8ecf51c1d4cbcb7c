// What an account has to spend.
import { z } from "zod";
import { credits } from "../../openapi/amount-schemas.ts";

export const creditsSummary = z.looseObject({
  object: z.literal("credits"),
  balance: credits.meta({ description: "Everything the account owns." }),
  held: credits.meta({ description: "Deposits of requests in progress." }),
  available: credits.meta({ description: "balance - held: what new requests can use." }),
});
