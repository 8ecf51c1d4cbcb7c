// Log probabilities of an answer's tokens.
import { z } from "zod";

const tokenLogprob = {
  token: z.string(),
  bytes: z.array(z.int()).nullable(),
  logprob: z.number(),
};

const tokenLogprobs = z.array(
  z.looseObject({ ...tokenLogprob, top_logprobs: z.array(z.looseObject(tokenLogprob)) }),
);

export const logprobs = z.looseObject({
  content: tokenLogprobs.nullable(),
  refusal: tokenLogprobs.nullable(),
});
