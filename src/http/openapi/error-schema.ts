// The envelope of every error, as OpenAI's clients expect it.
import { z } from "zod";

export const errorEnvelope = z.looseObject({
  error: z.looseObject({
    message: z.string(),
    type: z.enum([
      "invalid_request_error",
      "insufficient_quota",
      "rate_limit_error",
      "server_error",
    ]),
    param: z.string().nullable().meta({ description: "The request field at fault." }),
    code: z.string().nullable(),
  }),
});
