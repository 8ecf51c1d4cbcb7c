// Measures the peers in turns, so that a slow moment of the machine meets all of them.
import { join } from "node:path";
import type { LoadOrder, LoadResult } from "./load.ts";
import type { Peer } from "./peers.ts";
import { cpuSeconds, runJson } from "./processes.ts";

export interface Scenario {
  name: string;
  body: string;
  connections: number;
}

export interface Sample extends LoadResult {
  scenario: string;
  peer: string;
  /** Processor time of the server in microseconds; null for the upstream itself. */
  cpuPerRequestUs: number | null;
}

export interface MeasureOptions {
  scenarios: readonly Scenario[];
  peers: readonly Peer[];
  rounds: number;
  secondsPerSample: number;
}

export async function* measure(options: MeasureOptions): AsyncGenerator<Sample> {
  const { scenarios, peers, rounds, secondsPerSample } = options;
  for (let round = 0; round < rounds; round++) {
    for (const scenario of scenarios) {
      for (let turn = 0; turn < peers.length; turn++) {
        const peer = peers[(round + turn) % peers.length];
        if (peer !== undefined) yield await sample(peer, scenario, secondsPerSample);
      }
    }
  }
}

async function sample(peer: Peer, scenario: Scenario, seconds: number): Promise<Sample> {
  const { url, key, pid } = peer;
  const { name, body, connections } = scenario;
  const order: LoadOrder = { url, key, body, connections, seconds };
  const before = pid === null ? 0 : cpuSeconds(pid);
  const command = [process.execPath, join(import.meta.dir, "load.ts"), JSON.stringify(order)];
  const result = await runJson<LoadResult>(command, { place: "other" });
  const cpu = pid === null ? null : cpuSeconds(pid) - before;
  return {
    ...result,
    scenario: name,
    peer: peer.name,
    cpuPerRequestUs: cpu === null ? null : (cpu / result.requests) * 1e6,
  };
}
