// How much later an answer comes than from the upstream itself, one request after the other.
import { compare } from "../compare.ts";
import { type Sample, wrk } from "../load.ts";
import { plainRow } from "../row.ts";
import { spread } from "../statistics.ts";
import type { Figure } from "./figure.ts";
import { completions } from "./targets.ts";

const US_PER_MS = 1_000;
/** One at a time is slow: the code is warm from fewer. */
const WARM_UNITS = 4_000;

type Percentile = "p50Us" | "p99Us";

/** What a server adds to the upstream's own time, in milliseconds. */
function added(through: readonly Sample[], direct: readonly Sample[], which: Percentile) {
  const of = (samples: readonly Sample[]) => spread(samples.map((sample) => sample[which]));
  const [slow, fast] = [of(through), of(direct)];
  return {
    min: (slow.min - fast.min) / US_PER_MS,
    median: (slow.median - fast.median) / US_PER_MS,
  };
}

export const latency: Figure = {
  name: "latency",
  async measure(world, effort) {
    const [bare, product] = completions(world, 1_000);
    const { nginx } = world;
    const direct = { ...bare, name: nginx.name, pid: nginx.pid, url: `${nginx.origin}/` };
    const targets = [bare, product, direct] as const;
    const patient = { ...effort, warmUnits: WARM_UNITS };
    const [throughBare, throughProduct, alone] = await compare(targets, wrk(1), patient);
    const row = (name: string, which: Percentile, atMost: number) => {
      const bare = added(throughBare, alone, which);
      const product = added(throughProduct, alone, which);
      return plainRow(`added at one connection, ${name}`, "ms", { bare, product }, atMost);
    };
    return [row("p50", "p50Us", 0.4), row("p99", "p99Us", 1.5)];
  },
};
