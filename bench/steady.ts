// A client that asks at a fixed rate, over a fixed number of connections.
import { join } from "node:path";
import type { Client, Latency } from "./load.ts";
import { runJson, workFolder } from "./processes.ts";

/** What the client's process is told. */
export interface SteadyOrder {
  url: string;
  key: string;
  bodyFile: string;
  perSecond: number;
  connections: number;
  seconds: number;
}

/** Asks a target so many times a second, in a process of its own. */
export const steady =
  (perSecond: number, connections: number): Client =>
  async ({ url, keys, body }, seconds) => {
    const bodyFile = join(workFolder(), "steady-body.json");
    await Bun.write(bodyFile, body);
    const [key = ""] = keys;
    const order: SteadyOrder = { url, key, bodyFile, perSecond, connections, seconds };
    const program = join(import.meta.dir, "steady-client.ts");
    return runJson<Latency>([process.execPath, program, JSON.stringify(order)]);
  };
