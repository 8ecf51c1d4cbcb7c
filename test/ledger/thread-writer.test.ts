// The writer's own thread: it commits for real, and when it ends by itself nothing is lost or held for ever.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newAccountId } from "../../src/base/ids.ts";
import { openDatabase } from "../../src/db/open.ts";
import type { BatchReply, Unit } from "../../src/ledger/sqlite/batch.ts";
import { createThreadWriter } from "../../src/ledger/sqlite/thread-writer.ts";
import { createPacker, createUnpacker, packReply } from "../../src/ledger/sqlite/wire.ts";
import { openStore, openWriter, PATIENT, type Store, type StoreCommands } from "../../src/store.ts";
import { exactly, PLAIN_RESERVE, PLAIN_SETTLE } from "../support/holds.ts";
import { createLedger } from "../support/ledger.ts";

let dataDir: string;
let accountId: string;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "aacflow-thread-test-"));
  accountId = newAccountId();
  const store = await openStore(dataDir, PATIENT);
  await fill(store);
  await store.close();
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function fill({ ledger }: Store): Promise<void> {
  await ledger.openAccount({ id: accountId, name: "team", atMs: 1 });
  await ledger.grant({ accountId, amountMicro: 100, note: null, atMs: 1 });
}

function inspect() {
  const database = openDatabase(dataDir, { busyTimeoutMs: 1_000 });
  try {
    const ledger = createLedger(database);
    const { heldMicro, balanceMicro, discrepancies } = ledger.verify();
    return { heldMicro, balanceMicro, discrepancies, ending: ledger.findRecord("r1")?.ending };
  } finally {
    database.close();
  }
}

const reserve = { ...PLAIN_RESERVE, requestId: "r1", wish: exactly(10) };

test("what resolves is committed, and is seen by the thread that asked", async () => {
  const crashes: string[] = [];
  const inThread = { onCrash: (reason: string) => void crashes.push(reason) };
  const store = await openStore(dataDir, { ...PATIENT, inThread });
  const { ledger } = store;
  expect(await ledger.reserve({ ...reserve, accountId })).toMatchObject({ kind: "held" });
  expect(await ledger.findRunning("r1")).toMatchObject({ amountMicro: 10 });
  const end = { ...PLAIN_SETTLE, requestId: "r1", costMicro: 7, usage: null };
  const ends = [ledger.settle({ ...end, usageSource: "none" }), ledger.settle(end)];
  expect(await Promise.all(ends)).toEqual([expect.objectContaining({ chargedMicro: 7 }), null]);
  // Not by `rejects`: it waits without a turn in which a thread's message could come.
  const reasonOf = (refused: Promise<unknown>) => refused.catch((error: unknown) => String(error));
  const grant = ledger.grant({ accountId, amountMicro: 0, note: null, atMs: 1 });
  expect(await reasonOf(grant)).toContain(
    "OperatorError: an amount to grant must be more than zero",
  );
  expect(await reasonOf(ledger.settle({ ...end, costMicro: -1 }))).toContain("less than nothing");
  expect(await store.isWritable()).toBe(true);
  expect(await ledger.findAccount(accountId)).toMatchObject({ balanceMicro: 93, heldMicro: 0 });
  await store.close();
  expect(crashes).toEqual([]);
  expect(inspect()).toMatchObject({ balanceMicro: 93, heldMicro: 0, discrepancies: [] });
});

/** A thread of the test's own, which applies batches on a real database and may end before it answers. */
function breakableThread() {
  const threads: { die(reason: string): void }[] = [];
  let isMute = false;
  const start = (): Worker => {
    const writer = openWriter({ dataDir, busyTimeoutMs: 1_000, ownerId: "this process" });
    const unpack = createUnpacker();
    const thread = {
      onmessage: (_: { data: unknown }) => {},
      onerror: (_: { message: string }) => {},
      ref() {},
      unref() {},
      terminate: () => writer.close(),
      addEventListener() {},
      postMessage(list: unknown[]) {
        const units = unpack(list);
        const data = packReply(units, writer.apply(units));
        if (!isMute) queueMicrotask(() => thread.onmessage({ data }));
      },
    };
    threads.push({ die: (message) => thread.onerror({ message }) });
    return thread as unknown as Worker;
  };
  return {
    start,
    mute(muted: boolean) {
      isMute = muted;
    },
    die: () => threads.at(-1)?.die("out of memory"),
    count: () => threads.length,
  };
}

test("a thread that ends after its commit leaves no hold of a request that was refused", async () => {
  const thread = breakableThread();
  const crashes: string[] = [];
  const writer = createThreadWriter<StoreCommands>({
    start: thread.start,
    packer: createPacker,
    undo: (units) =>
      units.flatMap((unit): Unit<StoreCommands>[] =>
        unit[0] === "reserve"
          ? [
              [
                "settle",
                {
                  ...PLAIN_SETTLE,
                  requestId: "r1",
                  costMicro: 0,
                  usage: null,
                  usageSource: "none",
                },
              ],
            ]
          : [],
      ),
    onCrash: (reason) => void crashes.push(reason),
  });
  thread.mute(true);
  const refused = writer.apply([["reserve", { ...reserve, accountId }]]);
  expect(inspect().heldMicro).toBe(10);
  thread.die();
  await expect(refused).rejects.toThrow("out of memory");
  expect(crashes).toEqual(["out of memory"]);
  thread.mute(false);
  const reply = (await writer.apply([["beat", 1]])) as Extract<BatchReply, { outcomes: unknown }>;
  expect(reply.outcomes).toHaveLength(1);
  expect(thread.count()).toBe(2);
  expect(inspect()).toMatchObject({ heldMicro: 0, balanceMicro: 100, discrepancies: [] });
  thread.die();
});
