// A program: thousands of open streams, and readers that stall. Its last line is "N passed, N failed".
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { tell } from "./checks.ts";
import { perStalled, perStalledMost, perStream, streamsChecks } from "./streams-checks.ts";
import { runStreams, type StreamsResult } from "./streams-run.ts";
import type { StreamsOptions } from "./streams-scene.ts";

const USAGE = "usage: streams.ts [--streams N] [--stalled M] [--binary PATH]";
const USUAL = {
  warmUp: { streams: 500, stalled: 10 },
  wordEveryMs: 10_000,
  heldMs: 25_000,
  memoryMs: 20_000,
  // A server that is busy with a flood must not be taken for a reader that stalls.
  idleTimeoutMs: 24_000,
};
/** Descriptors of the server beside its streams, each of which takes two. */
const OTHER_FILES = 256;
const KIB = 1_024;

const say = (line: string) => void process.stdout.write(`${line}\n`);

function readOptions(): StreamsOptions | null {
  const options = {
    streams: { type: "string", default: "8000" },
    stalled: { type: "string", default: "1000" },
    binary: { type: "string" },
  } as const;
  try {
    const { values } = parseArgs({ args: Bun.argv.slice(2), options });
    const [streams = Number.NaN, stalled = Number.NaN] = [values.streams, values.stalled].map(
      Number,
    );
    const binary = values.binary === undefined ? null : resolve(values.binary);
    const isUsable = [streams, stalled].every((n) => Number.isSafeInteger(n) && n >= 1);
    return isUsable ? { streams, stalled, binary, ...USUAL, say } : null;
  } catch {
    return null;
  }
}

/** Fewer streams where the system allows no more files; no process can raise its hard limit. */
function withinFiles(options: StreamsOptions): StreamsOptions {
  const text = readFileSync("/proc/self/limits", "utf8");
  const hard = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(text)?.[1] ?? Number.POSITIVE_INFINITY);
  const possible = Math.floor((hard - OTHER_FILES) / 2);
  const { streams, stalled } = options;
  if (streams + stalled <= possible) return options;
  const share = possible / (streams + stalled);
  const scaled = {
    streams: Math.max(1, Math.floor(streams * share)),
    stalled: Math.max(1, Math.floor(stalled * share)),
  };
  say(
    `SCALED DOWN: a process may open ${hard} files at most (ulimit -Hn), so there are ` +
      `${scaled.streams} streams and ${scaled.stalled} stalled readers, not ${streams} and ${stalled}`,
  );
  return { ...options, ...scaled };
}

function report(result: StreamsResult, seconds: number): number {
  const { crowd, floodBytes, others, remains } = result;
  const kib = (bytes: number) => (bytes / KIB).toFixed(1);
  say(`memory of an open stream ${kib(perStream(result))} KiB`);
  const offered = floodBytes / result.options.stalled;
  say(`memory of a stalled reader ${kib(perStalled(result))} KiB`);
  say(`with the flood's garbage ${kib(perStalledMost(result))} KiB, of ${kib(offered)} KiB sent`);
  say(`the longest wait for a first word ${crowd.slowestFirstMs.toFixed(0)} ms`);
  say(`the longest wait for a next word ${crowd.slowestWordMs.toFixed(0)} ms`);
  say(
    `${others.whole} whole answers and ${others.health} health checks meanwhile, the slowest ` +
      `${others.slowestMs.toFixed(0)} ms`,
  );
  say(`endings ${JSON.stringify(remains.endings)}, in ${seconds.toFixed(0)} s`);
  return tell(streamsChecks(result), say);
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null || (options.binary !== null && !existsSync(options.binary))) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const startMono = performance.now();
  const result = await runStreams(withinFiles(options));
  return report(result, (performance.now() - startMono) / 1000);
}

process.exit(await main());
