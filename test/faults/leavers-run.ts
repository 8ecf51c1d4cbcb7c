// Many clients that leave, in rounds: what the server remembers of them must be in its books alone.
import { startRawUpstream, type UpstreamRequest } from "../support/raw-upstream.ts";
import { waitUntil, within } from "../support/wait.ts";
import { answerByKind, KINDS, type Kind, STAYING, tagOf } from "./leaver-kinds.ts";
import { type LeftServer, type Remains, startLeftServer } from "./leavers-server.ts";
import { connectRaw, type RawClient } from "./raw-client.ts";

export interface LeaversOptions {
  /** Before memory is measured for the first time: until then caches and the heap fill. */
  warmUp: number;
  clients: number;
  /** Of one round, at the same time. */
  atOnce: number;
  seed: number;
  /** How long the least of the memory is looked for at first, since the collector takes its time. */
  memoryMs: number;
  /** And how long at most in the end, unless it is back before: what is kept stays, what is waste goes. */
  memoryBackMs: number;
  /** The executable; null runs the sources. */
  binary: string | null;
  onRound?: (done: number) => void;
}

export interface LeaversResult {
  rssBefore: number;
  rssAfter: number;
  descriptorsBefore: number;
  descriptorsAfter: number;
  /** The longest that a call upstream stayed open after its client had left, in milliseconds. */
  slowestCancelMs: number;
  expected: Record<string, number>;
  remains: Remains;
}

const LEAVINGS: ((client: RawClient) => void)[] = [
  ({ socket }) => socket.destroy(),
  ({ socket }) => socket.resetAndDestroy(),
  ({ socket }) => socket.end(),
];

/**
 * What memory may differ by, whatever the number of clients: after equal work the heap is up to
 * 60 MiB larger or smaller, as the collector has come by. At 10,000 clients this is 6.5 KiB for
 * each, less than one request with its streams would take that is kept.
 */
export const RSS_GROWTH_BYTES = 64 * 1_048_576;

const CLOSED_MS = 30_000;
const IDLE_MS = 30_000;

export async function runLeavers(options: LeaversOptions): Promise<LeaversResult> {
  const upstream = await startRawUpstream();
  const calls = new Map<string, UpstreamRequest>();
  answerByKind(upstream, (call) => calls.set(tagOf(call), call));
  const server = await startLeftServer(upstream.url, options.binary);
  const crowd = new Crowd(server, calls, options.seed);
  try {
    const idleDescriptors = server.descriptors();
    await crowd.rounds(options.warmUp, options);
    await idle(server, idleDescriptors);
    await crowd.quiet(options.memoryMs);
    const rssBefore = await leastMemory(server, options.memoryMs);
    const descriptorsBefore = server.descriptors();
    await crowd.rounds(options.clients, options);
    await idle(server, descriptorsBefore);
    const rssAfter = await memoryBack(server, crowd, rssBefore + RSS_GROWTH_BYTES, options);
    const descriptorsAfter = server.descriptors();
    const { expected, slowestCancelMs } = crowd;
    const remains = await server.stop();
    const measured = { rssBefore, rssAfter, descriptorsBefore, descriptorsAfter };
    return { ...measured, slowestCancelMs, expected, remains };
  } finally {
    await upstream.close();
  }
}

class Crowd {
  readonly expected: Record<string, number> = {};
  slowestCancelMs = 0;
  #count = 0;
  readonly #server: LeftServer;
  readonly #calls: Map<string, UpstreamRequest>;
  #state: number;

  constructor(server: LeftServer, calls: Map<string, UpstreamRequest>, seed: number) {
    this.#server = server;
    this.#calls = calls;
    this.#state = seed;
  }

  async rounds(clients: number, { atOnce, onRound }: LeaversOptions): Promise<void> {
    for (let done = 0; done < clients; done += atOnce) {
      const size = Math.min(atOnce, clients - done);
      await Promise.all(Array.from({ length: size }, () => this.#visit(this.#pick(KINDS))));
      onRound?.(this.#count);
    }
  }

  /** Small requests only, so that what the collector finds has time to go. */
  async quiet(forMs: number): Promise<void> {
    const end = performance.now() + forMs;
    while (performance.now() < end) await this.#visit(STAYING);
  }

  async #visit(kind: Kind): Promise<void> {
    const leave = this.#pick(LEAVINGS);
    const tag = `${kind.name}: ${++this.#count}`;
    const client = await connectRaw(this.#server.origin);
    const call = () => this.#calls.get(tag);
    await kind.play({ client, key: this.#server.key, tag, call });
    const leftAt = performance.now();
    leave(client);
    if (kind.ending !== null) {
      this.expected[kind.ending] = (this.expected[kind.ending] ?? 0) + 1;
      await within(call()?.closed ?? Promise.reject(), `the call of ${tag} closed`, CLOSED_MS);
      this.slowestCancelMs = Math.max(this.slowestCancelMs, performance.now() - leftAt);
    }
    client.socket.destroy();
    this.#calls.delete(tag);
  }

  /** The same choices for the same seed. */
  #pick<T>(choices: T[]): T {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return choices[(this.#state >>> 8) % choices.length] as T;
  }
}

/** Resolves when the server has no more descriptors open than that. */
const idle = (server: LeftServer, descriptors: number): Promise<void> =>
  waitUntil(() => server.descriptors() <= descriptors + SPARE, "descriptors closed", IDLE_MS);

/** What the runtime itself opens and closes now and then. */
const SPARE = 4;

/** The least memory of spells of small requests and of rest, until it is as little as that or the time is over. */
async function memoryBack(
  server: LeftServer,
  crowd: Crowd,
  enoughBytes: number,
  { memoryMs, memoryBackMs }: LeaversOptions,
): Promise<number> {
  const end = performance.now() + memoryBackMs;
  for (;;) {
    await crowd.quiet(memoryMs);
    const least = await leastMemory(server, memoryMs);
    if (least <= enoughBytes || performance.now() >= end) return least;
  }
}

async function leastMemory(server: LeftServer, memoryMs: number): Promise<number> {
  let least = server.rssBytes();
  const end = performance.now() + memoryMs;
  while (performance.now() < end) {
    least = Math.min(least, server.rssBytes());
    await Bun.sleep(50);
  }
  return least;
}
