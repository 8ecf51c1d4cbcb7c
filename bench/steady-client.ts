// The process of `steady.ts`: each connection asks when its turn has come. Prints the latencies as JSON.
import { readFileSync } from "node:fs";
import type { Latency } from "./load.ts";
import { percentile } from "./statistics.ts";
import type { SteadyOrder } from "./steady.ts";

const order = JSON.parse(process.argv[2] ?? "{}") as SteadyOrder;
const { url, key, bodyFile, perSecond, connections, seconds } = order;
const body = readFileSync(bodyFile, "utf8");
const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
const everyMs = (connections * 1_000) / perSecond;
const startMs = performance.now();
const endMs = startMs + seconds * 1_000;
const latenciesUs: number[] = [];
let failed = 0;

async function ask(): Promise<void> {
  const sentMs = performance.now();
  const response = await fetch(url, { method: "POST", headers, body });
  await response.arrayBuffer();
  if (!response.ok) failed += 1;
  latenciesUs.push((performance.now() - sentMs) * 1_000);
}

async function keepAsking(connection: number): Promise<void> {
  for (let turn = 0; ; turn++) {
    const dueMs = startMs + (turn + connection / connections) * everyMs;
    if (dueMs >= endMs) return;
    await Bun.sleep(Math.max(0, dueMs - performance.now()));
    await ask();
  }
}

await Promise.all(Array.from({ length: connections }, (_, index) => keepAsking(index)));
const result: Latency = {
  failed,
  p50Us: percentile(latenciesUs, 50),
  p99Us: percentile(latenciesUs, 99),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
