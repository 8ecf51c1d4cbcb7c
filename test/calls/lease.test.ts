// A process's lease: given again and again, and what others leave behind is released meanwhile.
import { expect, test } from "bun:test";
import type { Clock } from "../../src/base/clock.ts";
import { createLease, RENEW_EVERY_MS } from "../../src/calls/lease.ts";
import type { LedgerPort, OpenHold, Release } from "../../src/ledger/port.ts";

const HOLD: OpenHold = {
  requestId: "req_1",
  accountId: "acc_1",
  keyId: "key_1",
  amountMicro: 7,
  modelId: "m",
  stream: false,
  createdAtMs: 1,
};

/** A clock that moves when it is told to. */
function handClock() {
  let timers: { atMs: number; callback: () => void }[] = [];
  let nowMs = 1_000;
  const clock: Clock = {
    nowMs: () => nowMs,
    monoMs: () => nowMs,
    after(delayMs, callback) {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    nextTurn: () => Promise.resolve(),
  };
  async function pass(ms: number): Promise<void> {
    nowMs += ms;
    const due = timers.filter(({ atMs }) => atMs <= nowMs);
    timers = timers.filter(({ atMs }) => atMs > nowMs);
    for (const { callback } of due) callback();
    await Bun.sleep(0);
  }
  return { clock, pass };
}

function house(orphans: OpenHold[][], fails = false) {
  const releases: Release[] = [];
  const leases: number[] = [];
  const said: string[] = [];
  let abandonedMicro = 0;
  const ledger: Pick<LedgerPort, "renewLease" | "releaseOrphans"> = {
    renewLease: async ({ endsAtMs }) => {
      if (fails) throw new Error("the disk is full");
      leases.push(endsAtMs);
    },
    releaseOrphans: async (release) => {
      releases.push(release);
      return orphans.shift() ?? [];
    },
  };
  const { clock, pass } = handClock();
  const lease = createLease({
    ledger,
    clock,
    log: { warn: (_fields: unknown, message?: string) => void said.push(String(message)) },
    metrics: {
      holdAbandoned: (amountMicro) => {
        abandonedMicro += amountMicro;
      },
    },
  });
  return { lease, pass, releases, leases, said, abandonedMicro: () => abandonedMicro };
}

test("the start releases what all others hold, and later turns what the lease has run out of", async () => {
  const { lease, pass, releases, leases, said, abandonedMicro } = house([[HOLD], [], [HOLD, HOLD]]);
  expect(await lease.take()).toEqual([HOLD]);
  await Bun.sleep(0);
  expect(releases.map(({ isAlone }) => isAlone)).toEqual([true, false]);
  await pass(RENEW_EVERY_MS);
  const last = 1_000 + RENEW_EVERY_MS;
  expect(releases.at(-1)).toEqual({ atMs: last, isAlone: false });
  expect(leases).toEqual([61_000, last + 60_000]);
  expect(abandonedMicro()).toBe(21);
  expect(said).toEqual(["released abandoned holds", "released abandoned holds"]);
});

test("one that cannot be renewed is tried again, and a stopped one is not", async () => {
  const { lease, pass, releases, said } = house([], true);
  await lease.take();
  await Bun.sleep(0);
  await pass(RENEW_EVERY_MS);
  expect(said).toEqual(Array(2).fill("could not renew the lease of its holds"));
  expect(releases).toHaveLength(1);
  lease.stop();
  await pass(RENEW_EVERY_MS);
  expect(said).toHaveLength(2);
});
