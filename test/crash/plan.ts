// What happens in one cycle, drawn from its seed: the load, the operator's commands, and the end.
import { createRandom, type Random } from "../support/random.ts";

/** What the upstream is to do with a call; it travels in the prompt. */
export interface UpstreamOrder {
  /** Names the request in the whole run. */
  tag: string;
  /** No two orders of a run have the same two counts: what is charged by them is charged for this request. */
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
  model: ModelName;
  stream: boolean;
  /** Its idempotency key; null for a request without one. */
  key: string | null;
  /** A request with a key is sent once more so many milliseconds later; null when it is not. */
  duplicateAfterMs: number | null;
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
  /** Gives back a part of what an answered request was charged, in percent. */
  | { kind: "refund"; percent: number; note: string }
  | { kind: "adjust"; amountMicro: number; note: string }
  | { kind: "backup"; name: string }
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

/** The provider of `drained` reads an answer to its end when its client leaves. */
export type ModelName = "m" | "drained";

/** `poor` has about as much as one request holds, so that some are refused. */
export type AccountName = "rich" | "poor";

const REQUESTS_MIN = 15;
const REQUESTS_MAX = 60;
const WINDOW_MS = 200;
const TWIN_MS = 120;
/** More input than that is not believed of requests as short as these. */
const MOST_PROMPT = 1_000;
const MOST_COMPLETION = 1_000;
/** Has no divisor in common with the number of pairs. */
const PAIRS_STEP = 1_234_577;
/** A start takes about this long, so a kill before it meets every step. */
const START_MS = 130;

export function planCycle(seed: number, cycle: number): CyclePlan {
  const random = createRandom(seed, cycle);
  const requests = Array.from({ length: random.between(REQUESTS_MIN, REQUESTS_MAX) }, (_, index) =>
    planRequest(random, cycle, index),
  );
  return {
    requests,
    operators: [
      ...Array.from({ length: random.below(3) }, (_, index) =>
        planOperator(random, `c${cycle}o${index}`),
      ),
      ...planBackups(random, `c${cycle}`),
    ],
    end: planEnd(random),
    killsOperators: random.chance(0.6),
    debris: random.pick(["none", "none", "none", "garbage", "half-frame"]),
    killedStarts: random.chance(0.25) ? [random.between(1, START_MS)] : [],
  };
}

function planRequest(random: Random, cycle: number, index: number): RequestPlan {
  const stream = random.chance(0.5);
  const tag = `c${cycle}r${index}`;
  const order: UpstreamOrder = {
    tag,
    ...countsOf(cycle * REQUESTS_MAX + index),
    firstMs: random.chance(0.5) ? 0 : random.between(1, 150),
    gapMs: random.pick([0, 0, 1, 10, 40]),
    words: random.between(1, 8),
    fate: random.chance(0.8) ? "answer" : random.pick(["error", "cut", "reset"]),
  };
  const key = random.chance(0.4) ? tag : null;
  const model = random.chance(0.25) ? "drained" : "m";
  return {
    atMs: random.below(WINDOW_MS),
    account: random.chance(0.8) ? "rich" : "poor",
    model,
    stream,
    key,
    duplicateAfterMs: key !== null && random.chance(0.3) ? random.below(TWIN_MS) : null,
    unlimited: random.chance(0.15),
    leave: planLeave(random, stream, model === "drained" ? 0.5 : 0.15),
    order,
  };
}

/** Scatters the numbers of a run's requests over all pairs of counts; each pair comes once. */
function countsOf(request: number) {
  const pair = (request * PAIRS_STEP) % (MOST_PROMPT * MOST_COMPLETION);
  return {
    promptTokens: 1 + (pair % MOST_PROMPT),
    completionTokens: 1 + Math.floor(pair / MOST_PROMPT),
  };
}

function planLeave(random: Random, stream: boolean, chance: number): RequestPlan["leave"] {
  if (!random.chance(chance)) return null;
  return stream && random.chance(0.5) ? "first-word" : { afterMs: random.between(1, 60) };
}

function planOperator(random: Random, note: string): OperatorPlan {
  const atMs = random.below(WINDOW_MS);
  const account = random.chance(0.7) ? "rich" : "poor";
  switch (random.below(8)) {
    case 0:
      return { atMs, kind: "grants", account, times: random.between(5, 40), note };
    case 1:
      return { atMs, kind: "create-key", name: note };
    case 2:
      return { atMs, kind: "revoke-key" };
    case 3:
    case 4:
      return { atMs, kind: "refund", percent: random.pick([100, 100, 50, 1]), note };
    case 5: {
      const amountMicro = random.between(1, 5_000) * random.pick([1, -1]);
      return { atMs, kind: "adjust", amountMicro, note };
    }
    default:
      return { atMs, kind: "grant", account, amountMicro: random.between(1, 5_000), note };
  }
}

/** Early, since it takes as long as most cycles. */
const planBackups = (random: Random, name: string): OperatorPlan[] =>
  random.chance(0.2) ? [{ atMs: random.below(WINDOW_MS / 2), kind: "backup", name }] : [];

function planEnd(random: Random): EndPlan {
  const atMs = random.between(5, WINDOW_MS + 60);
  const roll = random.below(100);
  if (roll < 75) return { kind: "kill", atMs };
  if (roll < 92) return { kind: "kill-draining", atMs, afterMs: random.below(120) };
  return { kind: "stop", atMs };
}
