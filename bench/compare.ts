// Measures servers in turns, so that a slow moment of the machine meets all of them.
import { type Client, type Sample, sample, type Target, tryOnce } from "./load.ts";

export interface Effort {
  /** Of one sample. */
  seconds: number;
  rounds: number;
  /** Answers, or events, that code needs to get its speed. */
  warmUnits: number;
  warmSecondsMax: number;
}

/** Two samples in a row that differ by less have reached the speed. */
const AGREEMENT = 0.05;

/** What each process has answered so far. */
const answered = new Map<number, number>();
/** The most of one core that each upstream has used. */
export const busiest = new Map<string, number>();

/** Takes a sample, and notes how much the server and the upstream have done. */
export async function take(target: Target, client: Client, seconds: number): Promise<Sample> {
  const taken = await sample(target, client, seconds);
  const { name } = target.upstream;
  answered.set(target.pid, (answered.get(target.pid) ?? 0) + taken.units);
  busiest.set(name, Math.max(busiest.get(name) ?? 0, taken.upstreamBusy));
  return taken;
}

/** Lets a server answer until it has answered enough, and two samples in a row agree. */
export async function warmUp(target: Target, client: Client, effort: Effort): Promise<void> {
  await tryOnce(target);
  const endMs = performance.now() + effort.warmSecondsMax * 1_000;
  let last = Number.POSITIVE_INFINITY;
  while (performance.now() < endMs) {
    const { cpuUs } = await take(target, client, effort.seconds);
    const isSteady = Math.abs(cpuUs - last) < AGREEMENT * cpuUs;
    if (isSteady && (answered.get(target.pid) ?? 0) >= effort.warmUnits) return;
    last = cpuUs;
  }
}

/** One round: a sample of each, in the order of the targets, but taken beginning with another one each time. */
export async function takeTurns(
  targets: readonly Target[],
  client: Client,
  seconds: number,
  round: number,
): Promise<Sample[]> {
  const taken: Sample[] = [];
  for (let turn = 0; turn < targets.length; turn++) {
    const index = (round + turn) % targets.length;
    const target = targets[index];
    if (target !== undefined) taken[index] = await take(target, client, seconds);
  }
  return taken;
}

/** Warms up all targets and samples them in rounds. Returns the samples of each. */
export async function compare<T extends readonly Target[]>(
  targets: T,
  client: Client,
  effort: Effort,
): Promise<{ [K in keyof T]: Sample[] }> {
  for (const target of targets) await warmUp(target, client, effort);
  const rounds: Sample[][] = [];
  for (let round = 0; round < effort.rounds; round++) {
    rounds.push(await takeTurns(targets, client, effort.seconds, round));
  }
  // As many lists as there are targets, which `map` does not tell.
  return targets.map((_, index) => rounds.flatMap((taken) => taken[index] ?? [])) as {
    [K in keyof T]: Sample[];
  };
}
