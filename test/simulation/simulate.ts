// Runs one plan, step by step, and asserts every rule after each.
//
// The scheduler is our own: a queue of events in simulated time (timeline.ts). Everything left to chance is in the plan,
// which fast-check makes from the seed as plain data: requests, scripts of providers, faults, kills, and the numbers
// that settle what comes first of two events at one time. So one seed is one run, to the letter of its trace, and a run
// that fails shrinks as data does, to fewer requests, faults and pieces. fast-check's own scheduler was not taken: it
// picks among promises that wait, and knows neither time nor a process that is killed; nor were its commands, whose
// steps are made before a run and cannot be what a stream does by itself between two of them.
import { Broken } from "./journey.ts";
import type { Plan } from "./plan.ts";
import { World } from "./world.ts";

/** More can only mean that something goes round in circles. */
const MAX_STEPS = 20_000;

export interface Run {
  steps: number;
  /** What happened, for people, and to compare two runs of one plan. */
  trace: string[];
}

/** A run that broke a rule; its message has the rule, and the end of the trace. */
class RunFailed extends Error {
  override readonly name = "RunFailed";
}

/**
 * Runs a plan to its end. Between two events all microtasks run: one turn of the real event loop does that, and
 * nothing else of the machine is looked at.
 * @throws RunFailed naming the rule that was broken.
 */
export async function simulate(plan: Plan): Promise<Run> {
  const world = new World(plan);
  const { timeline, trace } = world;
  try {
    for (let event = timeline.next(); event !== null; event = timeline.next()) {
      world.step++;
      trace.push(`${timeline.nowMs} ${event.owner}: ${event.what}`);
      event.happen();
      await new Promise<void>((resolve) => setImmediate(resolve));
      world.check();
      if (world.step > MAX_STEPS) throw new Broken("a run comes to an end");
    }
    world.checkEnd();
    return { steps: world.step, trace };
  } catch (error) {
    const reason = error instanceof Broken ? error.message : `${error}\n${Bun.inspect(error)}`;
    throw new RunFailed(`step ${world.step}: ${reason}\n  ${trace.slice(-60).join("\n  ")}`);
  } finally {
    world.close();
  }
}
