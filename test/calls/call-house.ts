// The journey on a real database and a provider of the test's own making, without HTTP: for what no dialect would say.
import { expect } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { createDeadlines } from "../../src/base/deadlines.ts";
import type { CallAnswer } from "../../src/calls/answer.ts";
import type { CallDeps, CallInput, CallRequest } from "../../src/calls/operation.ts";
import { createRunningCalls } from "../../src/calls/running.ts";
import { configSchema } from "../../src/config/schema.ts";
import { answerChat } from "../../src/http/endpoints/chat-completions/answer.ts";
import { createAnswerStore, keptWindow } from "../../src/idempotency/answers.ts";
import type { RequestRecord } from "../../src/ledger/port.ts";
import type {
  ProviderAdapter,
  UpstreamChunk,
  UpstreamCompletion,
} from "../../src/providers/protocol.ts";
import { storeOn } from "../../src/store.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { RequestLog } from "../../src/telemetry/request-log.ts";
import { createTestDatabase } from "../support/database.ts";
import { createLedger, verifyBooks } from "../support/ledger.ts";
import { waitUntil } from "../support/wait.ts";

const GRANTED_MICRO = 10_000_000;
const CAPABILITIES = {
  tools: true,
  structuredOutput: true,
  jsonMode: true,
  vision: true,
  audioInput: true,
  audioOutput: true,
  files: true,
  reasoning: true,
};
const RATE = { microPerMtok: 1_000_000 };

export type CallHouse = ReturnType<typeof openCallHouse>;

/** What a test may put in the place of the house's own parts. */
export interface CallHouseOptions {
  adapter: Partial<ProviderAdapter>;
  deps?: Partial<CallDeps>;
  onDisconnect?: "cancel" | "drain";
}

/** One model, one micro-dollar for each token, behind `adapter`. */
export function openCallHouse({ adapter, deps: own, onDisconnect = "cancel" }: CallHouseOptions) {
  const database = createTestDatabase();
  const ledger = createLedger(database);
  const answers = createAnswerStore(database);
  const stores = storeOn(database, { maxWaiting: 100, lockTimeoutMs: 100, clock: systemClock });
  const running = createRunningCalls();
  const logged: Record<string, unknown>[] = [];
  const log = createLogger("info", { write: (line) => void logged.push(JSON.parse(line)) });
  const accountId = database.write(() => {
    const { id } = ledger.ensureAccount("team", 1);
    ledger.grant({ accountId: id, amountMicro: GRANTED_MICRO, note: null, atMs: 1 });
    return id;
  });
  const missing = () => Promise.reject(new Error("not scripted"));
  const scripted = { complete: missing, stream: missing, ...adapter } as ProviderAdapter;
  const deps: CallDeps = {
    config: configSchema.parse({
      providers: {
        p: { dialect: "openai", baseUrl: "http://unused", onDisconnect, retries: { max: 0 } },
      },
    }),
    catalog: {
      candidates: () => [
        {
          modelId: "m",
          providerId: "p",
          upstreamModel: "m",
          facts: {
            contextWindow: 100_000,
            maxOutputTokens: 1_000,
            imageTokensMax: 1_445,
            capabilities: CAPABILITIES,
          },
          prices: [{ price: { input: RATE, output: RATE } }],
          markupBasisPoints: 0,
        },
      ],
      served: () => [],
      all: () => [],
      guessed: [],
    },
    providers: {
      connected: new Map([
        [
          "p",
          { id: "p", name: "p", adapter: scripted, probe: async () => ({ ok: true, detail: "" }) },
        ],
      ]),
      missing: [],
    },
    ledger: stores.ledger,
    answers: stores.answers,
    running,
    deadlines: createDeadlines(systemClock),
    countTokens: async (text) => Math.ceil(text.length / 4),
    metrics: createMetrics({
      inProgress: running.count,
      draining: running.draining,
      commitsWaiting: () => 0,
      answersKept: answers.totals,
    }),
    clock: systemClock,
    log,
    ...own,
  };
  const keyOf = (requestId: string) => ({ accountId, keyHash: `k${requestId}`, bodyHash: "b" });
  let asked = 0;
  let lastId = "";

  /** The next request, of 200 bytes. */
  function inputOf<Request extends CallRequest>(
    request: Request,
    signal = new AbortController().signal,
  ): CallInput<Request> {
    lastId = `req_${++asked}`;
    return {
      requestId: lastId,
      accountId,
      keyId: "k",
      request,
      bodyBytes: 200,
      keyed: {
        key: keyOf(lastId),
        window: keptWindow(Date.now(), 60_000),
        maxAnswerBytes: 100_000,
      },
      signal,
      log: new RequestLog(log, { requestId: lastId }),
      startedAtMs: Date.now(),
      startedMonoMs: performance.now(),
    };
  }

  const ask = (request: object = {}, signal?: AbortSignal): Promise<CallAnswer> =>
    answerChat(
      deps,
      inputOf({ model: "m", messages: [{ role: "user", content: "hello" }], ...request }, signal),
    );

  /**
   * The record of the last request. On the way: it has exactly one, nothing is held, no call is open, its idempotency
   * key is free or has its whole answer, and every rule of the books holds.
   */
  async function ended(): Promise<RequestRecord> {
    await waitUntil(() => running.count() === 0, "all calls ended");
    const record = ledger.findRecord(lastId);
    if (record === undefined) throw new Error(`no record of ${lastId}`);
    expect(verifyBooks(ledger)).toMatchObject({ discrepancies: [], openHolds: 0, heldMicro: 0 });
    expect(ledger.verify().requests).toBe(asked);
    expect(running.draining()).toBe(0);
    const { key, window } = { key: keyOf(lastId), window: keptWindow(Date.now(), 60_000) };
    const kept = answers.find(accountId, key.keyHash, window);
    const isWhole = ["completed", "drained"].includes(record.ending);
    expect({ ending: record.ending, kept: kept?.endedAtMs != null }).toEqual({
      ending: record.ending,
      kept: isWhole,
    });
    return record;
  }

  return {
    ask,
    inputOf,
    deps,
    ended,
    logged,
    ledger,
    running,
    metrics: deps.metrics,
    remove: database.remove,
  };
}

/** A piece with one delta. */
export const piece = (delta: unknown, more: object = {}): UpstreamChunk =>
  ({
    chunk: {
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason: null }],
    },
    wire: null,
    usage: null,
    ...more,
  }) as UpstreamChunk;

/** A whole answer with one message. */
export const whole = (message: unknown, more: object = {}): UpstreamCompletion =>
  ({
    completion: {
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model: "m",
      choices: [{ index: 0, message, finish_reason: "stop", logprobs: null }],
    },
    usage: null,
    ...more,
  }) as UpstreamCompletion;

/** An adapter's stream of these chunks, one a read; an error among them is thrown. */
export async function* streamOf(...pieces: unknown[]): AsyncGenerator<UpstreamChunk[]> {
  for (const one of pieces) {
    if (one instanceof Error) throw one;
    yield [one as UpstreamChunk];
  }
}
