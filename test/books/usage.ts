// The usage that the upstream has for a request, and the ways in which a report of it can be absurd.

import { createRandom, type Random } from "../support/random.ts";
import { CONTEXT_WINDOW, LIMIT_SLACK, MAX_OUTPUT } from "./classes.ts";
import { type Plan, SALT } from "./plan.ts";
import type { Usage } from "./price.ts";

export const NO_USAGE: Usage = {
  input: 0,
  cached: 0,
  written: 0,
  written1h: 0,
  output: 0,
  reasoning: 0,
};

/** Input that a report may have whatever the request: hidden instructions have no bytes in it. */
const BELIEVED_INPUT = 1_024;

export const FIXED_USAGE: Usage = { ...NO_USAGE, input: 321, cached: 123, output: 45 };

/**
 * @param bodyBytes the length of the request as the upstream got it
 * @param limit output tokens of one choice, as the upstream was told; null when it was told none
 */
export function usageOf(seed: number, plan: Plan, bodyBytes: number, limit: number | null): Usage {
  const random = createRandom(seed, plan.index, SALT.usage);
  const { usage, choices, provider } = plan.book;
  const maxOutput = MAX_OUTPUT * choices;
  switch (usage) {
    case "zero":
      return NO_USAGE;
    case "fixed":
      return FIXED_USAGE;
    case "overfull": {
      // A part that is too large is all of its whole, and no more.
      const input = random.between(0, BELIEVED_INPUT);
      const output = random.between(0, 200);
      return { ...NO_USAGE, input, cached: input, output, reasoning: output };
    }
    case "edge":
      return withParts(random, {
        input: BELIEVED_INPUT,
        output: maxOutput * LIMIT_SLACK,
        provider,
      });
    case "honest":
      return withParts(random, {
        input: random.between(plan.words, Math.max(plan.words, Math.floor(bodyBytes / 2))),
        output: random.between(0, Math.min(limit ?? MAX_OUTPUT, MAX_OUTPUT) * choices),
        provider,
      });
    default:
      return withParts(random, {
        input: random.between(1, Math.max(BELIEVED_INPUT, Math.floor(bodyBytes / 2))),
        output: random.between(leastOutput(plan), random.chance(0.2) ? maxOutput : 200),
        provider,
      });
  }
}

/** Of several reports the last is believed only where it is not clearly less than the text. */
function leastOutput({ book, pieces, thinking }: Plan): number {
  const text = pieces.join("") + thinking;
  return book.upstream === "cumulative" ? Math.ceil(text.length / 4) * book.choices : 0;
}

/** Cuts the totals into their parts: sometimes none, sometimes all of it. */
function withParts(
  random: Random,
  { input, output, provider }: { input: number; output: number; provider: string },
): Usage {
  const part = (whole: number) =>
    random.chance(0.4) ? 0 : random.chance(0.1) ? whole : random.between(0, whole);
  const cached = part(input);
  // What is not told apart by a dialect is no part of its report.
  const written = provider === "ge" ? 0 : part(input - cached);
  const written1h = provider === "an" ? part(input - cached - written) : 0;
  return { input, cached, written, written1h, output, reasoning: part(output) };
}

/** One count of a report, replaced by what no count can be. */
export const ABSURD_COUNTS: readonly unknown[] = [-1, -1e15, 1e15, "NaN", "12", 1.5, true, {}, []];

/** A total that is a count, but one that no request to the model can have. */
export const beyondBelief = (choices: number) => ({
  input: CONTEXT_WINDOW * LIMIT_SLACK + 1,
  output: MAX_OUTPUT * choices * LIMIT_SLACK + 1,
});
