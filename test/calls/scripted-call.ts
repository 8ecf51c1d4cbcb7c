// One metered call of an operation that does what a test says, on a real ledger: for what no endpoint is needed.
import type { Clock } from "../../src/base/clock.ts";
import type { Deadlines } from "../../src/base/deadlines.ts";
import { MeteredCall } from "../../src/calls/call.ts";
import type { CallDeps, CallRequest, Operation } from "../../src/calls/operation.ts";
import { createRunningCalls, type RunningCalls } from "../../src/calls/running.ts";
import { configSchema } from "../../src/config/schema.ts";
import type { LedgerPort } from "../../src/ledger/port.ts";
import type { ProviderAdapter } from "../../src/providers/protocol.ts";
import type { EndedRequest } from "../../src/telemetry/ended-requests.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { RequestLog } from "../../src/telemetry/request-log.ts";
import { createTestDatabase } from "../support/database.ts";
import { exactly } from "../support/holds.ts";
import { createLedger } from "../support/ledger.ts";

export const REQUEST = "req_1";
const HELD_MICRO = 500;
const PRICE = { input: { microPerMtok: 1_000_000 }, output: { microPerMtok: 1_000_000 } };

/** Deadlines that a test reaches by hand. */
export interface HandDeadlines extends Deadlines {
  set: { delayMs: number; expire: () => void }[];
}

export function handDeadlines(): HandDeadlines {
  const set: HandDeadlines["set"] = [];
  return {
    set,
    after(delayMs, expire) {
      const one = { delayMs, expire };
      set.push(one);
      return {
        move(moved) {
          one.delayMs = moved;
        },
        hasten() {},
        clear: () => void set.splice(set.indexOf(one), 1),
      };
    },
  };
}

export type ScriptedOperation = Operation<CallRequest, unknown, null>;

export interface ScriptedCallOptions {
  clock: Clock;
  operation?: Partial<ScriptedOperation>;
  deadlines?: Deadlines;
  running?: RunningCalls;
  settle?: LedgerPort["settle"];
  metrics?: Partial<CallDeps["metrics"]>;
  signal?: AbortSignal;
  onEnded?: () => void;
  requestId?: string;
  providerId?: string;
  /** The provider's part of the configuration. */
  provider?: object;
}

export type CallBooks = ReturnType<typeof openCallBooks>;

/** A ledger with one account of 1,000 micro-dollars, and calls on it that hold 500. */
export function openCallBooks() {
  const database = createTestDatabase();
  const ledger = createLedger(database);
  const logged: Record<string, unknown>[] = [];
  const ended: EndedRequest[] = [];
  const write = (line: string) => void logged.push(JSON.parse(line));
  const accountId = database.write(() => {
    const { id } = ledger.ensureAccount("team", 1);
    ledger.grant({ accountId: id, amountMicro: 1_000, note: null, atMs: 1 });
    return id;
  });
  const metrics = createMetrics({
    inProgress: () => 0,
    draining: () => 0,
    commitsWaiting: () => 0,
    answersKept: () => ({ count: 0, bytes: 0 }),
  });

  function open(options: ScriptedCallOptions) {
    const { requestId = REQUEST, providerId = "p", provider = {} } = options;
    const settle: LedgerPort["settle"] =
      options.settle ?? (async (end) => database.write(() => ledger.settle(end)));
    const reserve: LedgerPort["reserve"] = async (request) =>
      database.write(() => ledger.reserve(request));
    const deployment = { modelId: "m", providerId, upstreamModel: "m", prices: [] };
    const deps = {
      config: configSchema.parse({
        providers: { [providerId]: { dialect: "openai", baseUrl: "http://unused", ...provider } },
      }),
      catalog: { candidates: () => [deployment] },
      providers: { connected: new Map([[providerId, { adapter: {} as ProviderAdapter }]]) },
      ledger: {
        reserve,
        settle,
        findRecord: async (requestId: string) => ledger.findRecord(requestId),
        findAccount: async (id: string) => ledger.findAccount(id),
      },
      running: options.running ?? createRunningCalls(),
      deadlines: options.deadlines ?? handDeadlines(),
      metrics: {
        ...metrics,
        requestEnded: (request: EndedRequest) => void ended.push(request),
        ...options.metrics,
      },
      clock: options.clock,
    } as unknown as CallDeps;
    const usage = { usage: null, source: "none" as const, reportedCostMicro: null };
    const operation: ScriptedOperation = {
      bound: () => ({
        pinned: { price: PRICE, markupBasisPoints: 0 },
        wish: exactly(HELD_MICRO),
        limitedByClient: true,
        outputTokensMax: 1,
      }),
      attempt: (_attempt, signal) =>
        new Promise((_, reject) => {
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
      meter: () => null,
      estimate: async () => usage,
      guess: () => usage,
      ...options.operation,
    };
    return MeteredCall.reserve({
      deps,
      operation,
      input: {
        requestId,
        accountId,
        keyId: "k",
        request: { model: "m" },
        bodyBytes: 1,
        keyed: null,
        signal: options.signal ?? new AbortController().signal,
        ...(options.onEnded === undefined ? {} : { onEnded: options.onEnded }),
        log: new RequestLog(createLogger("info", { write }), { requestId }),
        startedAtMs: 4_000,
        startedMonoMs: 100,
      },
    });
  }

  return { open, ledger, database, accountId, logged, ended, remove: database.remove };
}
