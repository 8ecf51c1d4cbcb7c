// Gemini's logprobsResult in OpenAI's shape.
import { asObject, isObject } from "../shared/json.ts";

interface TokenLogprob {
  token: string;
  bytes: number[];
  logprob: number;
}

export interface ChoiceLogprobs {
  content: (TokenLogprob & { top_logprobs: TokenLogprob[] })[];
  refusal: null;
}

/** The log probabilities of a candidate's (new) tokens; null when it has none. */
export function readLogprobs(result: unknown): ChoiceLogprobs | null {
  const { chosenCandidates: chosen, topCandidates: top } = asObject(result);
  if (!Array.isArray(chosen)) {
    return null;
  }
  const steps = Array.isArray(top) ? top : [];
  const content = chosen.map((candidate, step) => {
    const { candidates } = asObject(steps[step]);
    const others = Array.isArray(candidates) ? candidates.filter(isObject) : [];
    return { ...tokenLogprob(candidate), top_logprobs: others.map(tokenLogprob) };
  });
  return { content, refusal: null };
}

/** Gemini leaves a zero out, as it does with all numbers. */
function tokenLogprob(candidate: unknown): TokenLogprob {
  const { token, logProbability } = asObject(candidate);
  const text = typeof token === "string" ? token : "";
  return {
    token: text,
    bytes: [...Buffer.from(text)],
    logprob: typeof logProbability === "number" ? logProbability : 0,
  };
}
