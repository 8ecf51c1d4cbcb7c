// What hostile bodies cost everybody else: the longest time for which the event loop stands still, for each kind.
// Usage: bun bench/hostile-bodies.ts [MIB, 32 by default] [names of bodies, all by default]
import { hostileBodies } from "../test/support/hostile-bodies.ts";
import { startWatchedServer, type WatchedServer } from "../test/support/watched.ts";
import { startNginx } from "./nginx.ts";
import { endAll } from "./processes.ts";

const MIB = 1_048_576;
const [mib = "32", ...names] = process.argv.slice(2);
const bodyBytes = Number(mib) * MIB;
const RUNS = 5;

const upstream = await startNginx();
const common = { creditsMicro: 1_000_000_000_000, config: { limits: { bodyBytes } } };
const servers = {
  upstream: await startWatchedServer({
    ...common,
    env: { OPENAI_API_KEY: "bench", OPENAI_BASE_URL: upstream.origin },
  }),
  demo: await startWatchedServer({
    ...common,
    config: {
      ...common.config,
      demo: { enabled: true, wordDelayMs: 0, models: ["gpt-4o-mini"] },
    },
  }),
};

/** The status, and the shortest, middle and longest of some runs' longest blocks. */
async function row(server: WatchedServer, body: string): Promise<string> {
  const blocks = [];
  for (let run = 0; run < RUNS; run++) blocks.push(await server.measure(body));
  const sorted = blocks.map(({ longestMs }) => longestMs).sort((a, b) => a - b);
  const shown = [0, Math.floor(RUNS / 2), RUNS - 1].map((at) => (sorted[at] ?? 0).toFixed(0));
  return `${blocks[0]?.status} ${shown.map((ms) => ms.padStart(4)).join(" ")}`;
}

const print = (line: string) => process.stdout.write(`${line}\n`);
print("longest block in ms (min, median, max)         its upstream apart     the demo");
try {
  for (const [name, make] of Object.entries(hostileBodies)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const body = make(bodyBytes);
    const bytes = String(Buffer.byteLength(body)).padStart(9);
    const apart = await row(servers.upstream, body);
    print(`${name.padEnd(36)} ${bytes}  ${apart}     ${await row(servers.demo, body)}`);
  }
} finally {
  await Promise.all([servers.upstream.close(), servers.demo.close(), endAll()]);
}
