// Runs that are kept: seeds that between them reach every ending, fault and kind of kill, and plans of old failures.
import type { Plan } from "./plan.ts";

/** When chance.ts changes they mean other runs, which are as good; a failure worth keeping is kept as its plan. */
export const SEEDS: readonly number[] = [2, 23, 35, 240, 269, 292, 397, 553, 565, 1370, 1441];

export interface KeptPlan {
  /** What once went wrong in it. */
  why: string;
  plan: Plan;
}

/** Plans that once broke a rule, shrunk. A plan is data, so it stays the same run whatever becomes of chance.ts. */
export const PLANS: readonly KeptPlan[] = [
  {
    why: "an empty answer that nobody had looked at when its client left and the server stopped",
    plan: {
      creditMicro: [1_000, 0, 0],
      commitQueue: 100,
      countDelayMs: 0,
      requests: [
        {
          atMs: 0,
          account: 0,
          model: 0,
          stream: true,
          wantsUsage: false,
          promptChars: 0,
          maxTokens: null,
          choices: 1,
          key: null,
          script: {
            pieces: [],
            end: "end",
            endDelayMs: 0,
            refusals: 0,
            refusalHint: "none",
            abortLagMs: 0,
          },
          client: { leaveAfterMs: 0, leaves: "return, abort", readDelayMs: 0, stallAfter: null },
        },
      ],
      faults: [],
      kills: [],
      happenings: [{ kind: "stop", atMs: 1, downMs: 7 }],
      ties: [],
    },
  },
  {
    why: "a provider that may be read to its end was asked again for a client that had left meanwhile",
    plan: {
      creditMicro: [0, 0, 1_000],
      commitQueue: 100,
      countDelayMs: 0,
      requests: [
        {
          atMs: 0,
          account: 2,
          model: 1,
          stream: true,
          wantsUsage: false,
          promptChars: 0,
          maxTokens: null,
          choices: 1,
          key: null,
          script: {
            pieces: [],
            end: "end",
            endDelayMs: 0,
            refusals: 1,
            refusalHint: "soon",
            abortLagMs: 0,
          },
          client: { leaveAfterMs: 5, leaves: "abort", readDelayMs: 0, stallAfter: null },
        },
      ],
      faults: [],
      kills: [],
      happenings: [],
      ties: [],
    },
  },
];
