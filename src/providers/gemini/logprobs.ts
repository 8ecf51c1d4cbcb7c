// Gemini's logprobsResult in OpenAI's shape.
import { asObject, isObject, type JsonObject } from "../shared/json.ts";

/** The log probabilities of a candidate's (new) tokens; null when it has none. */
export function readLogprobs(result: unknown): JsonObject | null {
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
function tokenLogprob(candidate: unknown): JsonObject {
  const { token, logProbability } = asObject(candidate);
  const text = typeof token === "string" ? token : "";
  return {
    token: text,
    bytes: [...Buffer.from(text)],
    logprob: typeof logProbability === "number" ? logProbability : 0,
  };
}
