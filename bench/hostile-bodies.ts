// What hostile bodies cost everybody else: the longest time for which the event loop stands still, for each kind and target.
// Usage: bun bench/hostile-bodies.ts [--mib 24] [--runs 5] [--only NAME,NAME] [targets, all by default]
import { parseArgs } from "node:util";
import type { Driver } from "../test/dialects/driver.ts";
import { DRIVERS } from "../test/dialects/drivers/all.ts";
import { type AnswerWay, answeringUpstream } from "../test/support/answering-upstream.ts";
import { asked, hostileBodies } from "../test/support/hostile-bodies.ts";
import { startWatchedServer, type WatchedServer } from "../test/support/watched.ts";

const MIB = 1_048_576;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mib: { type: "string", default: "24" },
    runs: { type: "string", default: "5" },
    only: { type: "string" },
  },
});
const bodyBytes = Number(values.mib) * MIB;
const runs = Number(values.runs);
const names = values.only?.split(",") ?? Object.keys(hostileBodies);

interface Target {
  name: string;
  /** Null is the demo, which has no upstream. */
  driver: Driver | null;
  way: AnswerWay;
  env?: Record<string, string>;
}

/** Without a bearer token Bedrock's calls are signed, with a hash of the body. */
const SIGNED = {
  AWS_BEARER_TOKEN_BEDROCK: "",
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
};
const targets: Target[] = [
  { name: "demo", driver: null, way: "reported" },
  ...DRIVERS.flatMap((driver): Target[] => [
    { name: driver.name, driver, way: "reported" },
    { name: `${driver.name}/unreported`, driver, way: "unreported" },
    { name: `${driver.name}/left`, driver, way: "unending" },
    ...(driver.name === "bedrock"
      ? [{ name: "bedrock/signed", driver, way: "reported", env: SIGNED } as const]
      : []),
  ]),
];

const print = (line: string) => process.stdout.write(`${line}\n`);

/** The shortest, middle and longest. */
function spread(durationsMs: readonly number[]): string {
  const sorted = [...durationsMs].sort((a, b) => a - b);
  const shown = [0, Math.floor(runs / 2), runs - 1].map((at) => (sorted[at] ?? 0).toFixed(0));
  return shown.map((ms) => ms.padStart(4)).join(" ");
}

/** The statuses, and the longest turns of some runs. */
async function row(server: WatchedServer, body: string, leaves: boolean): Promise<string> {
  const blocks = [];
  for (let run = 0; run < runs; run++) blocks.push(await server.measure(body, leaves));
  const statuses = [...new Set(blocks.map(({ status }) => status))].join("/");
  const longest = spread(blocks.map(({ longestMs }) => longestMs));
  return `${statuses} ${longest}  | ${spread(blocks.map(({ ranMs }) => ranMs))}`;
}

async function run({ name, driver, way, env }: Target): Promise<void> {
  const upstream = driver === null ? null : answeringUpstream(driver, way);
  const server = await startWatchedServer({
    creditsMicro: 1_000_000_000_000,
    env: upstream === null ? {} : { ...driver?.env(upstream.url.origin), ...env },
    config: {
      ...(driver === null
        ? { demo: { enabled: true, wordDelayMs: 0, models: ["gpt-4o-mini"] } }
        : driver.config),
      limits: { bodyBytes },
    },
  });
  print(`${name}: status, longest block in ms (min, median, max) | of its thread's own time`);
  try {
    for (const body of names) {
      const text = hostileBodies[body]?.(bodyBytes) ?? "";
      const sent = asked(text, driver?.model ?? "gpt-4o-mini", way === "unending");
      const bytes = String(Buffer.byteLength(sent)).padStart(9);
      print(`${body.padEnd(36)} ${bytes}  ${await row(server, sent, way === "unending")}`);
    }
  } finally {
    await server.close();
    await upstream?.stop(true);
  }
}

for (const target of targets) {
  if (positionals.length === 0 || positionals.includes(target.name)) await run(target);
}
