// Makes plans from a seed. Times are short and whole, so that much happens at once and in any order.
import fc from "fast-check";
import { ACCOUNT_NAMES, MODELS, OUTPUT_MAX } from "./house.ts";
import type {
  ClientPlan,
  FaultPlan,
  HappeningPlan,
  KillPlan,
  PiecePlan,
  Plan,
  RequestPlan,
  ScriptPlan,
  UsagePlan,
} from "./plan.ts";

/** Most of a run happens by then. */
const RUN_MS = 120;
/** Long enough for clients to lose their patience with the database. */
const LONG_FAULT_MS = 15_000;

const upTo = (max: number, min = 0) => fc.integer({ min, max });
const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
/** Null but for one value in `oneIn`. */
const rarely = <T>(oneIn: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: oneIn - 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary },
  );
/** Picks by weight; shrinks towards the first. */
const weighted = <T>(...choices: [weight: number, arbitrary: fc.Arbitrary<T>][]) =>
  fc.oneof(
    { withCrossShrink: true },
    ...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })),
  );

/** Few milliseconds mostly, none often. */
const shortMs = weighted<number>([2, fc.constant(0)], [6, upTo(12)], [1, upTo(80)]);

const tokens = (usual: number, odd: number) =>
  weighted<number>([1, fc.constant(0)], [8, upTo(usual)], [1, upTo(odd)]);

const usage: fc.Arbitrary<UsagePlan> = fc
  .record({
    prompt: tokens(40, 3_000),
    completion: tokens(50, 600),
    cached: tokens(40, 60),
    reasoning: tokens(30, 60),
    isFinal: weighted<boolean>([5, fc.constant(true)], [2, fc.constant(false)]),
    absurd: rarely(10, oneOf<"prompt" | "completion">("prompt", "completion")),
  })
  .map(({ absurd, ...plan }) => (absurd === null ? plan : { ...plan, [absurd]: 1e9 }));

const piece: fc.Arbitrary<PiecePlan> = fc.record({
  delayMs: shortMs,
  chars: weighted<number>([1, fc.constant(0)], [6, upTo(40)]),
  isReasoning: weighted<boolean>([5, fc.constant(false)], [1, fc.constant(true)]),
  usage: rarely(4, usage),
});

/** Ends with usage mostly, as providers do. */
const pieces = fc
  .tuple(fc.array(piece, { maxLength: 5 }), rarely(4, fc.constant(true)), usage)
  .map(([first, isSilent, reported]) =>
    isSilent === null
      ? [
          ...first,
          { delayMs: 0, chars: 0, isReasoning: false, usage: { ...reported, isFinal: true } },
        ]
      : first,
  );

const script: fc.Arbitrary<ScriptPlan> = fc
  .record({
    pieces,
    failsEarly: rarely(7, fc.constant(true)),
    end: weighted<ScriptPlan["end"]>(
      [6, fc.constant("end")],
      [2, fc.constant("fail")],
      [1, fc.constant("hang")],
      [1, fc.constant("refuse")],
      [1, fc.constant("reject")],
    ),
    endDelayMs: shortMs,
    refusals: weighted<number>([6, fc.constant(0)], [1, upTo(4, 1)]),
    refusalHint: oneOf<ScriptPlan["refusalHint"]>("none", "soon", "much later", "no use"),
    abortLagMs: weighted<number>([4, fc.constant(0)], [1, upTo(10)]),
  })
  .map(({ failsEarly, ...plan }) => ({
    ...plan,
    pieces: failsEarly === null ? plan.pieces : [],
    // What cannot be expressed is noticed before the first piece.
    end: plan.end === "refuse" && failsEarly === null && plan.pieces.length > 0 ? "fail" : plan.end,
  }));

const client: fc.Arbitrary<ClientPlan> = fc.record({
  leaveAfterMs: fc.option(weighted<number>([1, upTo(2)], [3, upTo(40)], [1, upTo(RUN_MS)]), {
    nil: null,
    freq: 2,
  }),
  leaves: oneOf("abort", "abort, return", "return, abort"),
  readDelayMs: shortMs,
  stallAfter: rarely(8, upTo(4)),
});

const request: fc.Arbitrary<RequestPlan> = fc.record({
  atMs: upTo(RUN_MS / 2),
  account: upTo(ACCOUNT_NAMES.length - 1),
  model: weighted<number>([4, fc.constant(0)], [4, fc.constant(1)], [1, upTo(MODELS.length - 1)]),
  stream: weighted<boolean>([2, fc.constant(true)], [1, fc.constant(false)]),
  wantsUsage: fc.boolean(),
  promptChars: upTo(60),
  maxTokens: fc.option(upTo(OUTPUT_MAX * 1.5, 1), { nil: null, freq: 3 }),
  choices: weighted<number>([6, fc.constant(1)], [1, upTo(3, 1)]),
  key: rarely(3, upTo(1)),
  script,
  client,
});

/** Requests, some of which are the one before again: sent twice by a client that is not sure of the first. */
const requests = fc
  .array(fc.tuple(request, rarely(5, fc.constant(true))), {
    minLength: 1,
    maxLength: 9,
    size: "max",
  })
  .map((list) => {
    const made: RequestPlan[] = [];
    for (const [one, isDuplicate] of list) {
      const first = made.at(-1);
      const { atMs, client: lives } = one;
      made.push(
        isDuplicate === null || first === undefined ? one : { ...first, atMs, client: lives },
      );
    }
    return made;
  });

const durationMs = weighted<number>([6, upTo(80)], [2, upTo(400)], [1, fc.constant(LONG_FAULT_MS)]);

const fault: fc.Arbitrary<FaultPlan> = fc.record({
  from: weighted<FaultPlan["from"]>(
    [1, fc.record({ write: upTo(12) })],
    [1, fc.record({ atMs: upTo(RUN_MS), forMs: durationMs })],
  ),
  stage: oneOf("begin", "statement", "commit"),
  code: oneOf("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY"),
  statement: upTo(6),
  rollsBack: fc.boolean(),
  revives: fc.boolean(),
});

const kill: fc.Arbitrary<KillPlan> = fc.record({
  from: weighted<KillPlan["from"]>(
    [1, fc.record({ atMs: upTo(RUN_MS) })],
    [
      1,
      fc.record({
        write: upTo(12),
        stage: oneOf("begin", "statement", "commit", "committed"),
        statement: upTo(6),
      }),
    ],
  ),
  downMs: upTo(30),
});

const happening: fc.Arbitrary<HappeningPlan> = fc.oneof(
  fc.record({
    kind: fc.constant("grant" as const),
    atMs: upTo(RUN_MS),
    account: upTo(ACCOUNT_NAMES.length - 1),
    amountMicro: upTo(2_000, 1),
  }),
  fc.record({
    kind: fc.constant("refund" as const),
    atMs: upTo(RUN_MS),
    request: upTo(8),
    amountMicro: fc.option(upTo(300, -1), { nil: null, freq: 2 }),
  }),
  fc.record({
    kind: fc.constant("adjustment" as const),
    atMs: upTo(RUN_MS),
    account: upTo(ACCOUNT_NAMES.length - 1),
    amountMicro: upTo(3_000, -3_000),
  }),
  fc.record({ kind: fc.constant("price change" as const), atMs: upTo(RUN_MS) }),
  fc.record({
    kind: fc.constant("wall clock steps" as const),
    atMs: upTo(RUN_MS),
    byMs: upTo(7_200_000, -7_200_000),
  }),
  fc.record({ kind: fc.constant("stall" as const), atMs: upTo(RUN_MS), forMs: upTo(30, 1) }),
  fc.record({ kind: fc.constant("stop" as const), atMs: upTo(RUN_MS), downMs: upTo(30) }),
);

/** All that one run does. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  creditMicro: fc.array(upTo(5_000), {
    minLength: ACCOUNT_NAMES.length,
    maxLength: ACCOUNT_NAMES.length,
  }),
  commitQueue: weighted<number>([5, fc.constant(100)], [1, upTo(3, 1)]),
  countDelayMs: weighted<number>([2, fc.constant(0)], [1, upTo(10)]),
  requests,
  faults: weighted<FaultPlan[]>(
    [2, fc.constant([])],
    [2, fc.array(fault, { minLength: 1, maxLength: 3 })],
  ),
  kills: weighted<KillPlan[]>(
    [2, fc.constant([])],
    [1, fc.array(kill, { minLength: 1, maxLength: 2 })],
  ),
  happenings: fc.array(happening, { maxLength: 3 }),
  ties: fc.array(upTo(7), { maxLength: 60, size: "max" }),
});
