// From a seed to its run, and from a failing run to the smallest plan that fails like it.
import fc from "fast-check";
import { plans } from "./chance.ts";
import type { Plan } from "./plan.ts";
import { type Run, simulate } from "./simulate.ts";

/** Shrinking stops after this and shows the smallest plan by then. */
const SHRINK_MS = 20_000;

/** The plan of a seed. */
function planOf(seed: number): Plan {
  const [plan] = fc.sample(plans, { seed, numRuns: 1, unbiased: true });
  if (plan === undefined) throw new Error("no plan");
  return plan;
}

/** Runs one seed. @throws RunFailed as the seed's own plan fails. */
export const runSeed = (seed: number): Promise<Run> => simulate(planOf(seed));

/** Why a seed fails: the rule, the smallest plan that was found, and how to see it again. */
export async function explain(seed: number): Promise<string> {
  const property = fc.asyncProperty(plans, async (plan) => {
    await simulate(plan);
  });
  const { counterexample, errorInstance, numShrinks } = await fc.check(property, {
    seed,
    numRuns: 1,
    unbiased: true,
    interruptAfterTimeLimit: SHRINK_MS,
    markInterruptAsFailure: true,
  });
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return [
    `seed ${seed} fails: ${reason}`,
    `shrunk ${numShrinks} times to: ${JSON.stringify(counterexample?.[0])}`,
    `see it again: bun test/simulation/run.ts --runs 1 --seed ${seed}`,
  ].join("\n");
}
