// What the servers are asked for, as pairs of the bare proxy and the product.
import { chatRequest, type DialectName, DRIVERS } from "../answers.ts";
import type { Target } from "../load.ts";
import type { Upstream } from "../nginx.ts";
import { type Bare, type Product, pathOf, STREAM_MODEL, type World } from "../world.ts";

const { model: MODEL } = DRIVERS.openai;
const BODY_BYTES = 1_000;
const PATH = "/chat/completions";

export type Pair = [bare: Target, product: Target];

interface Ask {
  upstream: Upstream;
  path: string;
  model: string;
  promptBytes?: number;
  stream: boolean;
}

/** A bare proxy that is asked. */
export function bareTarget({ name, pid, origin }: Bare, ask: Ask): Target {
  const { upstream, path, model, promptBytes = BODY_BYTES, stream } = ask;
  const body = chatRequest(model, promptBytes, stream);
  return { name, pid, url: origin + path + PATH, keys: ["bench"], body, upstream };
}

/** The product, asked with its first key. */
export function productTarget({ name, pid, baseUrl, keys }: Product, ask: Ask): Target {
  const { upstream, model, promptBytes = BODY_BYTES, stream } = ask;
  const body = chatRequest(model, promptBytes, stream);
  return { name, pid, url: baseUrl + PATH, keys: keys.slice(0, 1), body, upstream };
}

export function completions(world: World, promptBytes: number): Pair {
  const { nginx: upstream, bare, product } = world;
  const ask = { upstream, path: "", model: MODEL, promptBytes, stream: false };
  return [bareTarget(bare, ask), productTarget(product, ask)];
}

/** Streams whose events all come at once. */
export function bursts(world: World): Pair {
  const { paced: upstream, bare, product } = world;
  const ask = { upstream, path: pathOf("burst"), model: `burst/${STREAM_MODEL}`, stream: true };
  return [bareTarget(bare, ask), productTarget(product, ask)];
}

/** Streams with a pause before each event. The bare proxy always pipes OpenAI's dialect. */
export function pacedStreams(world: World, dialect: DialectName): Pair {
  const { paced: upstream, bare, product } = world;
  const model = dialect === "openai" ? `paced/${STREAM_MODEL}` : DRIVERS[dialect].model;
  const ask = { upstream, path: pathOf("paced"), model, stream: true };
  return [bareTarget(bare, ask), productTarget(product, ask)];
}

/** Streams that are held open. */
export const slowAsk = (upstream: Upstream): Ask => ({
  upstream,
  path: pathOf("slow"),
  model: `slow/${STREAM_MODEL}`,
  stream: true,
});
