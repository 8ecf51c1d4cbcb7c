// The end of a call: one settlement for all who notice the end, whatever they report, and patience with the database.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Clock } from "../../src/base/clock.ts";
import { overloaded } from "../../src/base/errors.ts";
import type { Settled } from "../../src/calls/settle.ts";
import type { LedgerPort } from "../../src/ledger/port.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import type { Measured } from "../../src/metering/measure.ts";
import type { EndedRequest } from "../../src/telemetry/ended-requests.ts";
import {
  type CallBooks,
  type HandDeadlines,
  handDeadlines,
  openCallBooks,
  REQUEST,
} from "./scripted-call.ts";

const GUESSED = 33;

let books: CallBooks;
/** How often the database still refuses. */
let refusals: number;
let pausesMs: number[];
let retried: number;
let settledCalls: number;
let deadlines: HandDeadlines;

beforeEach(() => {
  books = openCallBooks();
  refusals = 0;
  pausesMs = [];
  retried = 0;
  settledCalls = 0;
  deadlines = handDeadlines();
});
afterEach(() => books.remove());

/** Timers fire at once. */
const hastyClock: Clock = {
  nowMs: () => 5_000,
  monoMs: () => 130.6,
  after(delayMs, callback) {
    pausesMs.push(delayMs);
    queueMicrotask(callback);
    return () => {};
  },
  nextTurn: () => Promise.resolve(),
};

const refusing: LedgerPort["settle"] = async (end) => {
  if (refusals-- > 0) throw overloaded("no");
  return books.database.write(() => books.ledger.settle(end));
};

/** What a test has an end come to. */
interface EndReport {
  measure: () => Promise<Measured>;
  guess: () => Measured;
}

async function make(
  clock: Clock = hastyClock,
  settle: LedgerPort["settle"] = refusing,
  requestEnded = (request: EndedRequest) => void books.ended.push(request),
) {
  let current: EndReport = report(0);
  const call = await books.open({
    clock,
    settle,
    deadlines,
    operation: { estimate: () => current.measure(), guess: () => current.guess() },
    metrics: { requestEnded, settlementRetried: () => void retried++ },
    onEnded: () => void settledCalls++,
  });
  return {
    call,
    end(next: EndReport): Promise<Settled> {
      if (!call.hasEnded) current = next;
      return call.endWhole(() => ({ body: null, ignored: null }));
    },
  };
}

const report = (tokens: number, source: "reported" | "estimated" = "reported"): EndReport => ({
  measure: async () => ({ usage: plainUsage(tokens, 0), source, reportedCostMicro: null }),
  guess: () => ({ usage: plainUsage(GUESSED, 0), source: "estimated", reportedCostMicro: null }),
});

describe("an end that several notice", () => {
  test("is settled by the first report, and all get its figures", async () => {
    const settler = await make();
    expect(settler.call.hasEnded).toBe(false);
    const never = { ...report(7), measure: () => Promise.reject(new Error("asked for no reason")) };
    const both = Promise.all([settler.end(report(100)), settler.end(never)]);
    expect(settler.call.hasEnded).toBe(true);
    const [first, second] = await both;
    expect(first.chargedMicro).toBe(100);
    expect(second).toEqual(first);
    expect(await settler.end(report(9))).toEqual(first);
    expect(books.ledger.findAccount(books.accountId)).toMatchObject({
      balanceMicro: 900,
      heldMicro: 0,
    });
    expect([settledCalls, books.ended.length]).toEqual([1, 1]);
  });

  test("is noted with its times, and the first event's alone", async () => {
    let nowMs = 130.6;
    const settler = await make({ ...hastyClock, monoMs: () => nowMs });
    settler.call.flow();
    nowMs = 190.2;
    settler.call.flow();
    await settler.end(report(1));
    const times = { firstEventMs: 31, durationMs: 90 };
    expect(books.ledger.findRecord(REQUEST)).toMatchObject({ ...times, startedAtMs: 4_000 });
    expect(books.ended[0]).toMatchObject(times);
  });
});

describe("a settlement that was taken though nobody was told", () => {
  /** Refuses what it has taken. */
  const taking: LedgerPort["settle"] = async (end) => {
    const settlement = await refusing(end);
    if (settlement !== null) throw overloaded("the writer's thread ended");
    return settlement;
  };

  test("is found by the next try, and its client gets the answer", async () => {
    const settled = await (await make(hastyClock, taking)).end(report(100));
    expect(settled).toMatchObject({ chargedMicro: 100, shortfallMicro: 0, balanceMicro: 900 });
    expect([retried, books.ended.length, settledCalls]).toEqual([1, 1, 1]);
    expect(books.ledger.findAccount(books.accountId)).toMatchObject({
      balanceMicro: 900,
      heldMicro: 0,
    });
  });

  test("is not taken for one by which another process ended the request", async () => {
    const abandoned: LedgerPort["settle"] = async (end) => {
      if (retried > 0) return null;
      await refusing({
        ...end,
        ending: "abandoned",
        costMicro: 0,
        usage: null,
        usageSource: "none",
      });
      throw overloaded("no");
    };
    const answer = (await make(hastyClock, abandoned)).end(report(100));
    await expect(answer).rejects.toThrow("had ended already");
    expect(books.ledger.findRecord(REQUEST)?.chargedMicro).toBe(0);
  });
});

describe("a database that refuses", () => {
  test("is asked again after longer and longer pauses, the last of which repeats", async () => {
    refusals = 9;
    await (await make()).end(report(100));
    expect(pausesMs).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
    expect(retried).toBe(9);
    const lines = books.logged.filter(({ msg }) => msg === "settlement refused, retrying");
    expect(lines).toHaveLength(9);
    expect(lines[0]).toMatchObject({ requestId: REQUEST, err: { message: "no" } });
    expect(books.ledger.findRecord(REQUEST)?.chargedMicro).toBe(100);
  });

  test("does not keep a client for ever: it gets a 503 that says not to retry, and is charged later", async () => {
    const usage = Promise.withResolvers<Awaited<ReturnType<EndReport["measure"]>>>();
    const settler = await make();
    const answer = settler.end({ ...report(0), measure: () => usage.promise });
    expect(deadlines.set.map(({ delayMs }) => delayMs)).toEqual([10_000]);
    deadlines.set[0]?.expire();
    await expect(answer).rejects.toMatchObject({
      status: 503,
      type: "server_error",
      code: "overloaded",
      shouldRetry: false,
      message: expect.stringContaining("cannot be recorded"),
    });
    expect(settledCalls).toBe(0);
    usage.resolve({ usage: plainUsage(100, 0), source: "reported", reportedCostMicro: null });
    expect((await settler.end(report(1))).chargedMicro).toBe(100);
    expect(settledCalls).toBe(1);
  });

  test("what is no trouble of the database is tried once more, with a guess", async () => {
    let runs = 0;
    const settler = await make(hastyClock, async (end) => {
      if (runs++ === 0) throw new RangeError("a bug");
      return books.database.write(() => books.ledger.settle(end));
    });
    expect((await settler.end(report(100))).chargedMicro).toBe(GUESSED);
    expect([runs, retried, settledCalls]).toEqual([2, 0, 1]);
  });

  test("a broken rule of the books is not tried again, and is logged", async () => {
    const settler = await make();
    books.database.write(() => books.ledger.releaseOrphans({ atMs: 1, isAlone: true }));
    await expect(settler.end(report(100))).rejects.toThrow(`${REQUEST} had ended already`);
    const lines = books.logged.filter(({ msg }) => msg === "could not settle");
    expect(lines).toEqual([
      expect.objectContaining({
        requestId: REQUEST,
        err: expect.objectContaining({ message: expect.stringContaining("had ended already") }),
      }),
    ]);
    expect([retried, settledCalls, books.ended.length]).toEqual([0, 1, 0]);
  });
});

describe("a fault of ours", () => {
  const faults: [string, Partial<EndReport>][] = [
    ["in measuring", { measure: () => Promise.reject(new TypeError("a bug")) }],
    [
      "in reckoning",
      {
        measure: async () => ({
          usage: plainUsage(0.5, 0),
          source: "reported",
          reportedCostMicro: null,
        }),
      },
    ],
  ];
  test.each(faults)(
    "%s: the hold is ended all the same, and the fault logged",
    async (_where, fault) => {
      const settled = await (await make()).end({ ...report(100), ...fault });
      expect(settled).toMatchObject({ chargedMicro: GUESSED, source: "estimated" });
      expect(books.ledger.findAccount(books.accountId)).toMatchObject({ heldMicro: 0 });
      expect(books.logged.map(({ msg }) => msg)).toEqual([
        "could not settle as measured: a guess is charged",
        "request ended",
      ]);
      expect([settledCalls, books.ended.length]).toEqual([1, 1]);
    },
  );

  test("in noting what is in the books already does not undo it", async () => {
    const settler = await make(hastyClock, refusing, () => {
      throw new TypeError("a bug");
    });
    expect((await settler.end(report(100))).chargedMicro).toBe(100);
    expect(books.logged.at(-1)).toMatchObject({ level: 50, msg: "could not note a settlement" });
    expect(settledCalls).toBe(1);
  });
});

describe("the log", () => {
  test("has a line for each end, and a warning for what is written off", async () => {
    await (await make()).end(report(1_500));
    const record = books.ledger.findRecord(REQUEST);
    expect(record).toMatchObject({ chargedMicro: 1_000, shortfallMicro: 500, unbilledMicro: 0 });
    expect(books.logged).toEqual([
      expect.objectContaining({
        msg: "request ended",
        requestId: REQUEST,
        ending: "completed",
        status: 200,
        promptTokens: 1_500,
        completionTokens: 0,
        usageSource: "reported",
        chargedMicro: 1_000,
        shortfallMicro: 500,
        durationMs: 31,
      }),
      expect.objectContaining({ level: 40, msg: "cost written off", shortfallMicro: 500 }),
    ]);
  });

  test("has no shortfall where there was none", async () => {
    await (await make()).end(report(100));
    expect(books.logged).toHaveLength(1);
    expect(books.logged[0]).not.toHaveProperty("shortfallMicro");
    expect(books.logged[0]).not.toHaveProperty("code");
  });
});

describe("what the provider says that a call cost", () => {
  const saying = async (reportedCostMicro: number, source: "reported" | "estimated" = "reported") =>
    (await make()).end({
      ...report(0),
      measure: async () => ({ usage: plainUsage(100, 0), source, reportedCostMicro }),
    });

  test("is charged where it is more than the price, and recorded", async () => {
    expect(await saying(150.2)).toMatchObject({ chargedMicro: 151 });
    const recorded = { chargedMicro: 151, providerCostMicro: 151, unbilledMicro: 0 };
    expect(books.ledger.findRecord(REQUEST)).toMatchObject(recorded);
  });

  test.each([99.9, 100, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, 100_000_001])(
    "is not where it is not more, or cannot be: %p",
    async (micro) => {
      expect(await saying(micro)).toMatchObject({ chargedMicro: 100 });
      expect(books.ledger.findRecord(REQUEST)?.providerCostMicro).toBeNull();
    },
  );

  test("is within the hold beside estimated usage, as an estimate is", async () => {
    expect(await saying(700, "estimated")).toMatchObject({ chargedMicro: 500 });
    const recorded = { providerCostMicro: 700, unbilledMicro: 200 };
    expect(books.ledger.findRecord(REQUEST)).toMatchObject(recorded);
  });
});

test("an estimate beyond the hold is cut to it, and what was cut is noted and counted", async () => {
  const settled = await (await make()).end(report(700, "estimated"));
  expect(settled).toMatchObject({ chargedMicro: 500, shortfallMicro: 0, source: "estimated" });
  expect(books.ledger.findRecord(REQUEST)).toMatchObject({ chargedMicro: 500, unbilledMicro: 200 });
  expect(books.ended[0]).toMatchObject({
    chargedMicro: 500,
    unbilledMicro: 200,
    source: "estimated",
  });
});
