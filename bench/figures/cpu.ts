// Processor time of requests and of streams' events, beside the bare proxy.
import type { DialectName } from "../answers.ts";
import { compare, type Effort, warmUp } from "../compare.ts";
import { wrk } from "../load.ts";
import { cpuRow } from "../row.ts";
import { steady } from "../steady.ts";
import type { World } from "../world.ts";
import type { Figure } from "./figure.ts";
import { bursts, completions, type Pair, pacedStreams } from "./targets.ts";

const KB = 1_000;
/** A stream has a hundred events: fewer of them warm a server as much. */
const WARM_BURSTS = 4_000;
const PACED_CONNECTIONS = 64;

/** A figure of CPU: whom to ask, and with what. `check.ts` measures some of them too. */
export interface CpuFigure {
  name: string;
  title: string;
  unit: string;
  connections: number;
  atMost: number;
  pair(world: World): Pair;
  warmUnits?: number;
}

const request = "CPU us each";
const event = "CPU us an event";

export const COMPLETION: CpuFigure = {
  name: "completion-1k",
  title: "completions of 1 kB, 64 connections",
  unit: request,
  connections: 64,
  atMost: 2.7,
  pair: (world) => completions(world, KB),
};

export const BURST: CpuFigure = {
  name: "burst",
  title: "streams of 100 events at once, 32 connections",
  unit: request,
  connections: 32,
  atMost: 3.5,
  pair: bursts,
  warmUnits: WARM_BURSTS,
};

export const PACED: CpuFigure = {
  name: "paced",
  title: "streams of an event each 5 ms, 64 connections",
  unit: event,
  connections: PACED_CONNECTIONS,
  atMost: 1.4,
  pair: (world) => pacedStreams(world, "openai"),
};

const large = (kilobytes: number, atMost: number): CpuFigure => ({
  name: `completion-${kilobytes}k`,
  title: `completions of ${kilobytes} kB, 16 connections`,
  unit: request,
  connections: 16,
  atMost,
  pair: (world) => completions(world, kilobytes * KB),
});

const translated = (dialect: DialectName): CpuFigure => ({
  ...PACED,
  name: dialect,
  title: `the same, translated from ${dialect}`,
  atMost: 2.5,
  pair: (world) => pacedStreams(world, dialect),
});

/** Warms up no longer than the figure needs. */
export const effortFor = ({ warmUnits }: CpuFigure, effort: Effort): Effort =>
  warmUnits === undefined ? effort : { ...effort, warmUnits };

function toFigure(cpu: CpuFigure): Figure {
  const { name, title, unit, connections, atMost, pair } = cpu;
  return {
    name,
    async measure(world, effort) {
      const samples = await compare(pair(world), wrk(connections), effortFor(cpu, effort));
      return [cpuRow(title, unit, samples, atMost)];
    },
  };
}

/** So many requests a second that each finds cold caches and commits alone. */
const FEW = { perSecond: 250, connections: 8 };
/** At this rate a second is little processor time: its clock counts in hundredths. */
const FEW_SECONDS = 6;

const few: Figure = {
  name: "few-requests",
  async measure(world, effort) {
    const pair = completions(world, KB);
    // At this rate warming up would take minutes.
    for (const target of pair) await warmUp(target, wrk(COMPLETION.connections), effort);
    const patient = { ...effort, seconds: FEW_SECONDS, warmUnits: 0, warmSecondsMax: FEW_SECONDS };
    const samples = await compare(pair, steady(FEW.perSecond, FEW.connections), patient);
    return [cpuRow("250 completions a second, 8 connections", request, samples, 4)];
  },
};

export const CPU_FIGURES: readonly Figure[] = [
  ...[COMPLETION, large(10, 5), large(100, 4), BURST, PACED].map(toFigure),
  ...(["anthropic", "gemini", "bedrock"] as const).map(translated).map(toFigure),
  few,
];
