// How long a start takes until the first answer, and what the server holds in memory then.
import { residentKib } from "../accounting.ts";
import { type Target, tryOnce } from "../load.ts";
import { stop } from "../processes.ts";
import { plainRow } from "../row.ts";
import { type Spread, spread } from "../statistics.ts";
import { prepareProduct, startBare, startProduct } from "../world.ts";
import type { Figure } from "./figure.ts";
import { completions } from "./targets.ts";

const IDLE_MS = 1_000;
const KIB_PER_MB = 1_024;

interface Start {
  ms: Spread;
  megabytes: Spread;
}

async function startOften(rounds: number, start: () => Promise<Target>): Promise<Start> {
  const ms: number[] = [];
  const megabytes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedMs = performance.now();
    const target = await start();
    await tryOnce(target);
    ms.push(performance.now() - startedMs);
    await Bun.sleep(IDLE_MS);
    megabytes.push(residentKib(target.pid) / KIB_PER_MB);
    await stop(target.pid);
  }
  return { ms: spread(ms), megabytes: spread(megabytes) };
}

export const start: Figure = {
  name: "start",
  async measure(world, { rounds }) {
    const prepared = await prepareProduct(world, 1);
    const bare = await startOften(rounds, async () => {
      const bare = await startBare(world);
      return completions({ ...world, bare }, 1_000)[0];
    });
    const product = await startOften(rounds, async () => {
      const product = await startProduct(prepared);
      return completions({ ...world, product }, 1_000)[1];
    });
    const row = (figure: string, unit: string, which: keyof Start, atMost: number) =>
      plainRow(figure, unit, { bare: bare[which], product: product[which] }, atMost);
    return [
      row("start to the first answer", "ms", "ms", 60),
      row("idle memory after it", "MB", "megabytes", 90),
    ];
  },
};
