// Times the store by itself: whole requests (hold and settlement) of many clients, written on the thread that asks or
// in the writer's own. writer.ts [--clients 64] [--accounts 1000] [--seconds 5]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { newAccountId, newRequestId } from "../src/base/ids.ts";
import type { Settle } from "../src/ledger/port.ts";
import { openStore, PATIENT, type Store } from "../src/store.ts";

const { values } = parseArgs({
  args: Bun.argv.slice(2),
  options: {
    clients: { type: "string", default: "64" },
    accounts: { type: "string", default: "1000" },
    seconds: { type: "string", default: "5" },
  },
});
const clients = Number(values.clients);
const seconds = Number(values.seconds);
const WARM_SECONDS = 2;
const PRICE = JSON.stringify({
  input: { microPerMtok: 150_000 },
  output: { microPerMtok: 600_000 },
});

const WISH = {
  inputTokenRates: 150_000_000,
  outputTokenRate: 600_000,
  markupBasisPoints: 0,
  outputTokensMax: 1_000,
  limitedByClient: true,
  floorOutputTokens: 256,
  defaultOutputShare: 8,
};

const END: Omit<Settle, "requestId"> = {
  terms: { providerId: "openai", upstreamModel: "gpt-4o-mini", priceJson: PRICE },
  attempts: 1,
  ending: "completed",
  costMicro: 97,
  unbilledMicro: 0,
  providerCostMicro: null,
  httpStatus: 200,
  errorCode: null,
  usage: {
    promptTokens: 250,
    completionTokens: 100,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    promptAudioTokens: 0,
    completionAudioTokens: 0,
    reasoningTokens: 0,
    acceptedPredictionTokens: 0,
    rejectedPredictionTokens: 0,
  },
  usageSource: "reported",
  startedAtMs: Date.now(),
  firstEventMs: 300,
  durationMs: 812,
  atMs: Date.now(),
  answer: null,
};

async function openAccounts({ ledger }: Store): Promise<string[]> {
  const made = Array.from({ length: Number(values.accounts) }, async (_, index) => {
    const id = newAccountId();
    await ledger.openAccount({ id, name: `team-${index}`, atMs: 1 });
    await ledger.grant({ accountId: id, amountMicro: 1e12, note: null, atMs: 1 });
    return id;
  });
  return Promise.all(made);
}

/** Runs all clients for so long; returns how many requests ended, and how long each waited for its hold. */
async function load({ ledger }: Store, accounts: string[], forSeconds: number) {
  const end = performance.now() + forSeconds * 1000;
  const waitsMs: number[] = [];
  let done = 0;
  const client = async (number: number) => {
    for (let turn = 0; performance.now() < end; turn++) {
      const accountId = accounts[(number * 7_919 + turn) % accounts.length] ?? "";
      const requestId = newRequestId();
      const from = performance.now();
      await ledger.reserve({
        ...{ requestId, accountId, keyId: `key of ${accountId}`, modelId: "gpt-4o-mini" },
        ...{ stream: false, atMs: Date.now(), wish: WISH, keyed: null },
      });
      waitsMs.push(performance.now() - from);
      await ledger.settle({ ...END, requestId });
      done++;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return { done, waitsMs };
}

async function measure(name: string, inThread: boolean): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "aacflow-bench-"));
  const store = await openStore(dataDir, {
    ...{ ...PATIENT, maxWaiting: 10_000 },
    ...(inThread
      ? { inThread: { onCrash: (reason: string) => process.stderr.write(reason) } }
      : {}),
  });
  const accounts = await openAccounts(store);
  await load(store, accounts, WARM_SECONDS);
  const lateMs: number[] = [];
  let last = performance.now();
  const ticker = setInterval(() => {
    const now = performance.now();
    lateMs.push(now - last - 1);
    last = now;
  }, 1);
  const from = performance.now();
  const cpu = process.cpuUsage();
  const { done, waitsMs } = await load(store, accounts, seconds);
  const used = process.cpuUsage(cpu);
  const took = (performance.now() - from) / 1000;
  clearInterval(ticker);
  // A ticker that never got its turn is as late as that.
  lateMs.push(performance.now() - last);
  const at = (sorted: number[], part: number) =>
    (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(2);
  waitsMs.sort((a, b) => a - b);
  lateMs.sort((a, b) => a - b);
  process.stdout.write(
    `${name}, ${clients} clients: ${Math.round(done / took)} requests/s, ` +
      `${((used.user + used.system) / done).toFixed(1)} us of CPU each, ` +
      `hold p50 ${at(waitsMs, 0.5)} p99 ${at(waitsMs, 0.99)} ms, ` +
      `1 ms ticker late p99 ${at(lateMs, 0.99)} max ${at(lateMs, 1)} ms\n`,
  );
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
}

await measure("same thread", false);
await measure("own thread ", true);
