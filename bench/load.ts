// One kind of request, sent to one server over and over, and what the server needs for it.
import { join } from "node:path";
import { cpuUs } from "./accounting.ts";
import type { Upstream } from "./nginx.ts";
import { start, workFolder } from "./processes.ts";
import { tool } from "./tools.ts";

/** A server and what it is asked. */
export interface Target {
  name: string;
  pid: number;
  url: string;
  keys: readonly string[];
  body: string;
  /** The upstream behind it, whose counter says how much has been done. */
  upstream: Upstream;
}

export interface Sample {
  /** The server's processor time for each answer, or for each event of a paced stream. */
  cpuUs: number;
  units: number;
  /** The upstream's use of one core: near 1, it was the bottleneck. */
  upstreamBusy: number;
  p50Us: number;
  p99Us: number;
}

/** Starts something that asks the target for that long, and ends by itself. */
export type Client = (target: Target, seconds: number) => Promise<Latency>;

export interface Latency {
  failed: number;
  p50Us: number;
  p99Us: number;
}

/** The load has to flow evenly before it is measured, and still when that ends: parts of a sample's time. */
const LEAD_MS = 300;
const TRAIL_MS = 200;
/** A stream takes over a second where the machine is busy: that is no fault. */
const TIMEOUT = "60s";

/** Keep-alive connections that each send a request when the last is answered. */
export const wrk =
  (connections: number): Client =>
  async ({ url, keys, body }, seconds) => {
    const bodyFile = join(workFolder(), "body.json");
    const keysFile = join(workFolder(), "keys");
    await Bun.write(bodyFile, body);
    await Bun.write(keysFile, keys.join("\n"));
    const script = join(import.meta.dir, "wrk.lua");
    const size = ["-t", "1", "-c", String(connections), "--timeout", TIMEOUT];
    const child = start([
      ...[tool("wrk"), ...size, "-d", `${seconds}s`],
      ...["-s", script, url, "--", bodyFile, keysFile],
    ]);
    const lines = (await new Response(child.stdout).text()).trim().split("\n");
    return JSON.parse(lines.at(-1) ?? "") as Latency;
  };

/** Lets a client ask for whole seconds, and measures the middle of it. @throws Error when an answer was none */
export async function sample(target: Target, client: Client, seconds: number): Promise<Sample> {
  const { upstream, pid } = target;
  const asked = client(target, seconds);
  await Bun.sleep(LEAD_MS);
  const before = await reading(target);
  await Bun.sleep(seconds * 1_000 - LEAD_MS - TRAIL_MS);
  const after = await reading(target);
  const { failed, ...latency } = await asked;
  if (failed > 0) throw new Error(`${failed} answers of ${target.name} (${pid}) failed`);
  const units = after.sent - before.sent;
  if (units === 0) throw new Error(`${target.name} asked ${upstream.name} for nothing`);
  return {
    cpuUs: (after.cpuUs - before.cpuUs) / units,
    units,
    upstreamBusy: (after.upstreamUs - before.upstreamUs) / (after.atUs - before.atUs),
    ...latency,
  };
}

async function reading({ pid, upstream }: Target) {
  return {
    sent: await upstream.sent(),
    cpuUs: cpuUs(pid),
    upstreamUs: cpuUs(upstream.pid),
    atUs: performance.now() * 1_000,
  };
}

/** Asks once. */
export function ask({ url, keys, body }: Target): Promise<Response> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${keys[0]}` };
  return fetch(url, { method: "POST", headers, body });
}

/** Asks once. @throws Error with what was answered, where that is no good answer */
export async function tryOnce(target: Target): Promise<void> {
  const response = await ask(target);
  const text = await response.text();
  if (response.ok && !text.includes('"error"')) return;
  throw new Error(`${target.name} answered ${response.status}: ${text.slice(0, 500)}`);
}
