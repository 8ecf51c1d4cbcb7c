// One life of the server's process: the real journey put together, as gateway.ts does it, on what is simulated.

import { createDeadlines } from "../../src/base/deadlines.ts";
import { ApiError } from "../../src/base/errors.ts";
import type { KeyedRequest } from "../../src/calls/idempotency.ts";
import type { CallDeps } from "../../src/calls/operation.ts";
import { createRunningCalls } from "../../src/calls/running.ts";
import type { Catalog } from "../../src/catalog/build.ts";
import type { Config } from "../../src/config/schema.ts";
import type { Database } from "../../src/db/open.ts";
import { type IdempotencyKey, keptWindow } from "../../src/idempotency/answers.ts";
import type { OpenHold } from "../../src/ledger/port.ts";
import type { ApplyBatch } from "../../src/ledger/sqlite/batch.ts";
import type { ProviderSet } from "../../src/providers/registry.ts";
import { type StoreCommands, storeBatch, storeOn } from "../../src/store.ts";
import type { EndedRequest } from "../../src/telemetry/ended-requests.ts";
import type { Logger } from "../../src/telemetry/log.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { MAX_ANSWER_BYTES, tokensOf } from "./house.ts";
import type { Timeline } from "./timeline.ts";

export interface ProcessOptions {
  timeline: Timeline;
  number: number;
  config: Config;
  catalog: Catalog;
  database: Database;
  countDelayMs: number;
  providers: (owner: string) => ProviderSet;
  /** Stands between the queue and the store's core. */
  watch: (apply: ApplyBatch<StoreCommands>) => ApplyBatch<StoreCommands>;
  /** Told of what must not happen and shows nowhere but in the log. */
  onFault: (error: unknown) => void;
}

export interface SimulatedProcess {
  number: number;
  /** Whose its timers are. */
  owner: string;
  isAlive: boolean;
  /** About to end: it takes no more requests. */
  isStopping: boolean;
  deps: CallDeps;
  keyedBy(key: IdempotencyKey): KeyedRequest;
  /** What its start released; null until then. */
  released: OpenHold[] | null;
  /** Commands that wait for the next commit. */
  waiting: () => number;
  /** All that the metrics were told. */
  ended: EndedRequest[];
}

/** Starts a process; `started` rejects with what the disk throws, as a real start would. */
export function startProcess(options: ProcessOptions): {
  life: SimulatedProcess;
  started: Promise<void>;
} {
  const { timeline, number, config, catalog, database, countDelayMs } = options;
  const owner = `process ${number}`;
  const clock = timeline.clockOf(owner, () => life.isAlive);
  const store = storeOn(
    database,
    { maxWaiting: config.money.commitQueue, lockTimeoutMs: config.money.lockTimeoutMs, clock },
    options.watch(storeBatch(database)),
  );
  const ended: EndedRequest[] = [];
  const log = faultLog((error) => {
    if (life.isAlive) options.onFault(error);
  });
  const deps: CallDeps = {
    config,
    catalog,
    providers: options.providers(owner),
    ledger: store.ledger,
    answers: store.answers,
    running: createRunningCalls(),
    deadlines: createDeadlines(clock),
    countTokens: async (text) => {
      if (countDelayMs > 0) await timeline.pause(countDelayMs, owner, "tokens counted");
      return tokensOf(text);
    },
    metrics: tally(ended),
    clock,
    log,
  };
  const life: SimulatedProcess = {
    number,
    owner,
    isAlive: true,
    isStopping: false,
    deps,
    keyedBy: (key) => ({
      key,
      window: keptWindow(clock.nowMs(), config.idempotency.keepMs),
      maxAnswerBytes: MAX_ANSWER_BYTES,
    }),
    released: null,
    waiting: store.waiting,
    ended,
  };
  const started = store.ledger
    .releaseOrphans({ atMs: clock.nowMs(), isAlone: true })
    .then((released) => {
      life.released = released;
    });
  return { life, started };
}

function tally(ended: EndedRequest[]): Metrics {
  return {
    answerReplayed: () => {},
    upstreamRetried: () => {},
    usageDoubted: () => {},
    requestEnded: (request) => void ended.push(request),
    requestRefused: () => {},
    holdAbandoned: () => {},
    settlementRetried: () => {},
    logLineDropped: () => {},
    render: () => ({ text: "", contentType: "" }),
  };
}

/** The journey logs a broken rule where nobody waits for it any more; trouble of the disk is no such thing. */
function faultLog(onFault: (error: unknown) => void): Logger {
  const quiet = () => {};
  const error = ({ err }: { err?: unknown }) => {
    if (err !== undefined && !(err instanceof ApiError)) onFault(err);
  };
  return { info: quiet, warn: quiet, error, plainInfo: quiet };
}
