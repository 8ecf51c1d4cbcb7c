// What happens in one cycle, drawn from its seed: the load, the operator's commands, and the end.
import { createRandom, cycleSeed, type Random } from "./random.ts";

/** What the upstream is to do with a call; it travels in the prompt. */
export interface UpstreamOrder {
  /** Names the request in the whole run. */
  tag: string;
  promptTokens: number;
  completionTokens: number;
  /** Silence before the first byte, and between two words of a stream. */
  firstMs: number;
  gapMs: number;
  words: number;
  /** `cut` and `reset` break the answer off in its middle. */
  fate: "answer" | "error" | "cut" | "reset";
}

export interface RequestPlan {
  atMs: number;
  account: AccountName;
  stream: boolean;
  /** The request names no limit of its own. */
  unlimited: boolean;
  /** When the client leaves: after so many milliseconds, or with the first word; null when it stays. */
  leave: { afterMs: number } | "first-word" | null;
  order: UpstreamOrder;
}

export type OperatorPlan = { atMs: number } & (
  | { kind: "grant"; account: AccountName; amountMicro: number; note: string }
  /** Many grants of one micro-dollar, through the ledger in a process of its own. */
  | { kind: "grants"; account: AccountName; times: number; note: string }
  | { kind: "create-key"; name: string }
  | { kind: "revoke-key" }
);

/** How the server's process ends, so many milliseconds after it was ready. */
export type EndPlan =
  | { kind: "kill"; atMs: number }
  | { kind: "kill-draining"; atMs: number; afterMs: number }
  | { kind: "stop"; atMs: number };

/** What a power loss leaves behind the last commit. */
export type Debris = "none" | "garbage" | "half-frame";

export interface CyclePlan {
  requests: RequestPlan[];
  operators: OperatorPlan[];
  end: EndPlan;
  /** The operator's commands are killed together with the server; else they finish without it. */
  killsOperators: boolean;
  debris: Debris;
  /** After the end a start is killed so many milliseconds in. */
  killedStarts: number[];
}

/** `poor` has about as much as one request holds, so that some are refused. */
export type AccountName = "rich" | "poor";

const REQUESTS_MIN = 15;
const REQUESTS_MAX = 60;
const WINDOW_MS = 200;
/** A start takes about this long, so a kill before it meets every step. */
const START_MS = 130;

export function planCycle(seed: number, cycle: number): CyclePlan {
  const random = createRandom(cycleSeed(seed, cycle));
  const requests = Array.from({ length: random.between(REQUESTS_MIN, REQUESTS_MAX) }, (_, index) =>
    planRequest(random, `c${cycle}r${index}`),
  );
  return {
    requests,
    operators: Array.from({ length: random.below(3) }, (_, index) =>
      planOperator(random, `c${cycle}o${index}`),
    ),
    end: planEnd(random),
    killsOperators: random.chance(60),
    debris: random.pick(["none", "none", "none", "garbage", "half-frame"]),
    killedStarts: random.chance(25) ? [random.between(1, START_MS)] : [],
  };
}

function planRequest(random: Random, tag: string): RequestPlan {
  const stream = random.chance(50);
  const order: UpstreamOrder = {
    tag,
    promptTokens: random.between(1, 4_000),
    completionTokens: random.between(1, 1_000),
    firstMs: random.chance(50) ? 0 : random.between(1, 150),
    gapMs: random.pick([0, 0, 1, 10, 40]),
    words: random.between(1, 8),
    fate: random.chance(80) ? "answer" : random.pick(["error", "cut", "reset"]),
  };
  return {
    atMs: random.below(WINDOW_MS),
    account: random.chance(80) ? "rich" : "poor",
    stream,
    unlimited: random.chance(15),
    leave: planLeave(random, stream),
    order,
  };
}

function planLeave(random: Random, stream: boolean): RequestPlan["leave"] {
  if (!random.chance(15)) return null;
  return stream && random.chance(50) ? "first-word" : { afterMs: random.between(1, 60) };
}

function planOperator(random: Random, note: string): OperatorPlan {
  const atMs = random.below(WINDOW_MS);
  const account = random.chance(70) ? "rich" : "poor";
  switch (random.below(5)) {
    case 0:
      return { atMs, kind: "grants", account, times: random.between(5, 40), note };
    case 1:
      return { atMs, kind: "create-key", name: note };
    case 2:
      return { atMs, kind: "revoke-key" };
    default:
      return { atMs, kind: "grant", account, amountMicro: random.between(1, 5_000), note };
  }
}

function planEnd(random: Random): EndPlan {
  const atMs = random.between(5, WINDOW_MS + 60);
  const roll = random.below(100);
  if (roll < 75) return { kind: "kill", atMs };
  if (roll < 92) return { kind: "kill-draining", atMs, afterMs: random.below(120) };
  return { kind: "stop", atMs };
}
