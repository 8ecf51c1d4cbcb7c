// `npm run bench:check`: fails when the product needs more processor time beside the bare proxy than was committed.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Effort, takeTurns, warmUp } from "./compare.ts";
import { BURST, COMPLETION, type CpuFigure, effortFor, PACED } from "./figures/cpu.ts";
import { wrk } from "./load.ts";
import { loadText } from "./machine.ts";
import { endAll, goAhead, keepInMemory } from "./processes.ts";
import { startWorld, type World } from "./world.ts";

const FILE = join(import.meta.dir, "ratios.json");
const FIGURES = [COMPLETION, BURST, PACED];
/** So much more than the committed ratio is noise. */
const TOLERANCE = 1.25;
/** A good ratio is believed after some rounds; a bad one only when more rounds do not mend it. */
const ROUNDS_MIN = 3;
const ROUNDS_MAX = 15;
const EFFORT: Effort = { seconds: 2, rounds: ROUNDS_MIN, warmUnits: 40_000, warmSecondsMax: 8 };

type Ratios = Record<string, number>;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** The ratio of the smallest samples, once it is at most `enough` or all rounds are over. */
async function ratioOf(figure: CpuFigure, world: World, enough: number): Promise<number> {
  const pair = figure.pair(world);
  const client = wrk(figure.connections);
  for (const target of pair) await warmUp(target, client, effortFor(figure, EFFORT));
  let bareUs = Number.POSITIVE_INFINITY;
  let productUs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if (round >= ROUNDS_MIN && productUs / bareUs <= enough) break;
    const [bare, product] = await takeTurns(pair, client, EFFORT.seconds, round);
    bareUs = Math.min(bareUs, bare?.cpuUs ?? bareUs);
    productUs = Math.min(productUs, product?.cpuUs ?? productUs);
  }
  const figures = `bare ${bareUs.toFixed(1)}, product ${productUs.toFixed(1)}`;
  say(`${figure.title}: ${figure.unit}: ${figures} (load average ${loadText()})`);
  return productUs / bareUs;
}

async function check(world: World): Promise<number> {
  const committed = (await Bun.file(FILE).json()) as Ratios;
  let failed = 0;
  for (const figure of FIGURES) {
    const most = (committed[figure.name] ?? 0) * TOLERANCE;
    const ratio = await ratioOf(figure, world, most);
    const isGood = ratio <= most;
    if (!isGood) failed += 1;
    say(
      `${isGood ? "ok  " : "WORSE"} ${figure.name}: x ${ratio.toFixed(2)}, at most ${most.toFixed(2)}`,
    );
  }
  say(`${FIGURES.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function write(world: World): Promise<number> {
  const ratios: Ratios = {};
  for (const figure of FIGURES) {
    ratios[figure.name] = Number((await ratioOf(figure, world, 0)).toFixed(2));
  }
  await Bun.write(FILE, `${JSON.stringify(ratios, null, 2)}\n`);
  say(JSON.stringify(ratios));
  return 0;
}

/** With --write, the measured ratios become the committed ones. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Bun.argv.slice(2),
    options: { write: { type: "boolean", default: false } },
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void endAll().finally(() => process.exit(130)));
  }
  keepInMemory();
  goAhead();
  try {
    const world = await startWorld();
    return values.write ? await write(world) : await check(world);
  } finally {
    await endAll();
  }
}

process.exit(await main());
