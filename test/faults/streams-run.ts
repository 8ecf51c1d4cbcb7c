// Thousands of streams held open at once, and then readers that stall: what each takes, and gives back.
import { join } from "node:path";
import { startCommanded } from "../support/commanded.ts";
import { type Remains, startLeftServer } from "./leavers-server.ts";
import type {
  CrowdCommand,
  CrowdState,
  StreamKind,
  UpstreamCommand,
  UpstreamState,
} from "./streams-messages.ts";
import {
  askOthers,
  describe,
  leastOf,
  type Others,
  type Scene,
  type Sight,
  type StreamsOptions,
  see,
} from "./streams-scene.ts";

export interface StreamsResult {
  options: StreamsOptions;
  /** Before the first, and with all open. */
  idle: Sight;
  open: Sight;
  /** With the stalled readers too: the most, and while nothing but their stalling went on. */
  most: Sight;
  stalled: Sight;
  /** Without these, and after all. */
  released: Sight;
  after: Sight;
  crowd: CrowdState;
  upstream: UpstreamState;
  /** What the stalled readers could be sent, together. */
  floodBytes: number;
  others: Others;
  /** How long after their last open the stalled readers were all ended. */
  stalledEndedMs: number;
  expected: Record<string, number>;
  remains: Remains;
}

const KEEP_ALIVE_MS = 2_500;
const OPENED_MS = 10 * 60_000;
const STALLED_ENDED_MS = 3 * 60_000;
const FINISHED_MS = 3 * 60_000;
/** What the runtime itself opens now and then. */
export const SPARE_DESCRIPTORS = 4;
const CLOSED_MS = 10_000;
const PAUSE_MS = 100;
/** What may be in progress beside the streams. */
const OTHERS_AT_ONCE = 100;

export async function runStreams(options: StreamsOptions): Promise<StreamsResult> {
  const { streams, stalled, warmUp, idleTimeoutMs } = options;
  const most = Math.max(warmUp.streams + warmUp.stalled, streams + stalled);
  const limit = most + OTHERS_AT_ONCE;
  const everyMs = String(options.wordEveryMs);
  const upstream = await startCommanded<UpstreamCommand, UpstreamState>(
    join(import.meta.dir, "streams-upstream.ts"),
    everyMs,
  );
  const server = await startLeftServer(`http://127.0.0.1:${upstream.ready}`, options.binary, {
    server: { idleTimeoutMs, keepAliveMs: KEEP_ALIVE_MS, upstreamConnections: limit },
    limits: { concurrentRequests: limit, accountShare: 1 },
  });
  const { origin, key } = server;
  const crowd = await startCommanded<CrowdCommand, CrowdState>(
    join(import.meta.dir, "streams-crowd.ts"),
    origin,
    key,
  );
  const others = { health: 0, whole: 0, failures: [], slowestMs: 0 };
  try {
    return await measure({ server, upstream, crowd, options, others, whole: 0 });
  } finally {
    server.kill();
    await crowd.stop();
    await upstream.stop();
  }
}

async function measure(scene: Scene): Promise<StreamsResult> {
  const { server, upstream, crowd, options, others } = scene;
  const { streams, warmUp } = options;
  const fresh = server.descriptors();
  await open(scene, warmUp.streams, "steady");
  await stall(scene, warmUp.stalled);
  await finish(scene, warmUp.streams);
  await closed(scene, fresh);
  const idle = await leastOf(scene, "warmed up, all ended");
  const sentBefore = (await upstream.ask("state")).floodBytes;
  await open(scene, streams, "steady");
  await askOthers(scene, options.heldMs);
  const opened = see(scene, `${streams} streams`);
  const stalling = await stall(scene, options.stalled);
  const { most, stalled, endedMs } = stalling;
  describe(scene, `${options.stalled} readers that stall beside them, at most`, most);
  describe(scene, "those, before the first was ended", stalled);
  await closed(scene, opened.descriptors);
  const released = see(scene, `those ended after ${(endedMs / 1_000).toFixed(1)} s`);
  await askOthers(scene, options.heldMs);
  await finish(scene, warmUp.streams + streams);
  await closed(scene, idle.descriptors);
  const after = await leastOf(scene, "all ended");
  const [crowdState, upstreamState] = [await crowd.ask("state"), await upstream.ask("state")];
  const remains = await server.stop();
  const floodBytes = upstreamState.floodBytes - sentBefore;
  const completed = warmUp.streams + streams + scene.whole;
  const expected = { completed, client_left: warmUp.stalled + options.stalled };
  return {
    ...{ options, idle, open: opened, most, stalled, released, after },
    ...{ crowd: crowdState, upstream: upstreamState, floodBytes, others },
    ...{ stalledEndedMs: endedMs, expected, remains },
  };
}

const open = ({ crowd }: Scene, count: number, kind: StreamKind): Promise<CrowdState> =>
  crowd.ask({ open: count, kind }, OPENED_MS);

/** Brings all steady streams to their end, and waits until their clients have read it. */
async function finish(scene: Scene, total: number): Promise<void> {
  await scene.upstream.ask("finish");
  const end = performance.now() + FINISHED_MS;
  for (;;) {
    const { done, broken } = await scene.crowd.ask("state");
    if (done + broken >= total) return;
    if (performance.now() > end) throw new Error(`only ${done} of ${total} streams have ended`);
    await Bun.sleep(PAUSE_MS);
  }
}

/** Waits for connections that have ended to be closed as well; the checks say whether they were. */
async function closed({ server }: Scene, descriptors: number): Promise<void> {
  const most = descriptors + SPARE_DESCRIPTORS;
  const end = performance.now() + CLOSED_MS;
  while (server.descriptors() > most && performance.now() < end) await Bun.sleep(PAUSE_MS);
}

interface Stalling {
  /** The most that was seen. */
  most: Sight;
  /** The least memory between the last one's open and the first one's end. */
  stalled: Sight;
  /** From the last one's open to the last one's end. */
  endedMs: number;
}

/** Opens the readers that stall, and waits until the server has ended them all. */
async function stall(scene: Scene, count: number): Promise<Stalling> {
  const { server, upstream } = scene;
  let most: Sight = { rssBytes: 0, descriptors: 0 };
  const look = (): Sight => {
    const now = { rssBytes: server.rssBytes(), descriptors: server.descriptors() };
    const { rssBytes, descriptors } = most;
    most = {
      rssBytes: Math.max(rssBytes, now.rssBytes),
      descriptors: Math.max(descriptors, now.descriptors),
    };
    return now;
  };
  const looking = setInterval(look, PAUSE_MS);
  try {
    await open(scene, count, "flood");
    const openedAt = performance.now();
    let stalled = look();
    for (let left = count; left > 0; ) {
      await askOthers(scene, 0);
      left = (await upstream.ask("state")).flooded;
      const now = look();
      if (left === count && now.rssBytes < stalled.rssBytes) stalled = now;
      const waited = performance.now() - openedAt;
      if (waited > STALLED_ENDED_MS) throw new Error(`${left} stalled readers are still served`);
    }
    return { most, stalled, endedMs: performance.now() - openedAt };
  } finally {
    clearInterval(looking);
  }
}
