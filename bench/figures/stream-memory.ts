// What an open stream takes in memory, in a server of its own.
import { residentKib } from "../accounting.ts";
import { type Target, wrk } from "../load.ts";
import { stop } from "../processes.ts";
import { plainRow } from "../row.ts";
import { once } from "../statistics.ts";
import { prepareProduct, startBare, startProduct } from "../world.ts";
import type { Figure } from "./figure.ts";
import { bareTarget, productTarget, slowAsk } from "./targets.ts";

const STREAMS = 1_000;
/** Enough that all code has run, and few enough that the heap does not grow by it. */
const WARM_STREAMS = 50;
const WARM_SECONDS = 3;
/** Until all streams are open, and what opening them left is collected. */
const OPEN_MS = 10_000;
const HOLD_SECONDS = 13;

/** Holds some streams open, then many. Returns KiB of each of the many. @throws Error when they do not open */
async function kibPerStream(target: Target): Promise<number> {
  await wrk(WARM_STREAMS)(target, WARM_SECONDS);
  await Bun.sleep(1_000);
  const before = residentKib(target.pid);
  const held = wrk(STREAMS)(target, HOLD_SECONDS);
  await Bun.sleep(OPEN_MS);
  const sentBefore = await target.upstream.sent();
  await Bun.sleep(1_000);
  const events = (await target.upstream.sent()) - sentBefore;
  const kib = (residentKib(target.pid) - before) / STREAMS;
  await held;
  // Each stream has an event a second.
  if (events < 0.9 * STREAMS) throw new Error(`only ${events} streams of ${target.name} were open`);
  return kib;
}

export const streamMemory: Figure = {
  name: "stream-memory",
  async measure(world) {
    const ask = slowAsk(world.paced);
    const bare = await startBare(world);
    const product = await startProduct(await prepareProduct(world, 1));
    const bareKib = await kibPerStream(bareTarget(bare, ask));
    const productKib = await kibPerStream(productTarget(product, ask));
    await stop(bare.pid);
    await stop(product.pid);
    const spreads = { bare: once(bareKib), product: once(productKib) };
    return [plainRow("memory of an open stream", "KiB", spreads, 25)];
  },
};
