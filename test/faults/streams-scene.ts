// What a run of open streams works on, how it looks at the server, and what else it asks it.
import { MODEL } from "../money/support.ts";
import type { Commanded } from "../support/commanded.ts";
import type { LeftServer } from "./leavers-server.ts";
import type {
  CrowdCommand,
  CrowdState,
  UpstreamCommand,
  UpstreamState,
} from "./streams-messages.ts";

export interface StreamsOptions {
  /** Streams that stay open and get a word now and then. */
  streams: number;
  /** Readers that stall while they are flooded, beside them. */
  stalled: number;
  /** Of each, before memory is measured for the first time. */
  warmUp: { streams: number; stalled: number };
  /** When the server ends a reader that stalls. */
  idleTimeoutMs: number;
  /** Between two words of one stream. */
  wordEveryMs: number;
  /** How long the streams are held open, with other requests in between. */
  heldMs: number;
  /** How long the least of the memory is looked for, since the collector takes its time. */
  memoryMs: number;
  /** The executable; null runs the sources. */
  binary: string | null;
  say?: (line: string) => void;
}

/** Memory and descriptors of the server at one moment. */
export interface Sight {
  rssBytes: number;
  descriptors: number;
}

/** What was asked for while the streams were open, and the slowest of it. */
export interface Others {
  health: number;
  whole: number;
  failures: string[];
  slowestMs: number;
}

export interface Scene {
  server: LeftServer;
  upstream: Commanded<UpstreamCommand, UpstreamState>;
  crowd: Commanded<CrowdCommand, CrowdState>;
  options: StreamsOptions;
  others: Others;
  /** Whole answers so far. */
  whole: number;
}

const PAUSE_MS = 100;
const LOOK_MS = 20;
const MIB = 1_048_576;

/** Asks for whole answers and for the server's health as long as that, one after the other. */
export async function askOthers(scene: Scene, forMs: number): Promise<void> {
  const { server, others } = scene;
  const end = performance.now() + forMs;
  do {
    const from = performance.now();
    if (!(await askWhole(scene))) others.failures.push("a whole answer");
    others.whole++;
    const wholeAt = performance.now();
    if (!(await fetch(`${server.origin}/health`)).ok) others.failures.push("/health");
    others.health++;
    const slowest = Math.max(wholeAt - from, performance.now() - wholeAt);
    others.slowestMs = Math.max(others.slowestMs, slowest);
    await Bun.sleep(PAUSE_MS);
  } while (performance.now() < end);
}

async function askWhole(scene: Scene): Promise<boolean> {
  const { origin, key } = scene.server;
  const response = await fetch(`${origin}/api/v1/ai/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "whole" }] }),
  });
  scene.whole++;
  return (await response.text()).includes("Hello!");
}

export function see(scene: Scene, when: string): Sight {
  const { server } = scene;
  return describe(scene, when, { rssBytes: server.rssBytes(), descriptors: server.descriptors() });
}

export function describe({ options }: Scene, when: string, sight: Sight): Sight {
  const mib = (sight.rssBytes / MIB).toFixed(1);
  options.say?.(`${when}: ${mib} MiB, ${sight.descriptors} descriptors`);
  return sight;
}

/** The least memory of a while with small requests only, in which the collector comes by. */
export async function leastOf(scene: Scene, when: string): Promise<Sight> {
  const { server, options } = scene;
  let rssBytes = server.rssBytes();
  const end = performance.now() + options.memoryMs;
  while (performance.now() < end) {
    await askWhole(scene);
    rssBytes = Math.min(rssBytes, server.rssBytes());
    await Bun.sleep(LOOK_MS);
  }
  return describe(scene, when, { rssBytes, descriptors: server.descriptors() });
}
