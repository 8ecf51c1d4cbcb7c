// Settlement of one request: exactly once, whoever notices first that it is over.
import type { TokenUsage } from "../base/chat.ts";
import type { CommitQueue } from "../db/commit-queue.ts";
import type { Ending, UsageSource } from "../ledger/ending.ts";
import type { Settlement } from "../ledger/holds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Logger } from "../telemetry/log.ts";
import { costMicro, type PinnedPrice } from "./cost.ts";

/** How a request ended, as the one who noticed it knows it. */
export interface EndReport {
  ending: Ending;
  httpStatus: number;
  errorCode: string | null;
  /** Asked for only by the report that counts; may be slow, since it may have to estimate. */
  usage: () => Promise<{ usage: TokenUsage | null; source: UsageSource }>;
}

export interface Settled extends Settlement {
  usage: TokenUsage | null;
  source: UsageSource;
}

export interface Settler {
  /** Ends the request. Later calls change nothing and give the first one's result. */
  end(report: EndReport): Promise<Settled>;
  /** Notes the provider's first event, for the record. */
  markFirstEvent(): void;
  hasEnded(): boolean;
}

export interface SettlerOptions {
  requestId: string;
  pinned: PinnedPrice | null;
  ledger: Ledger;
  commits: CommitQueue;
  log: Logger;
  /** Counts the requests whose money is not settled yet. */
  unsettled: { count: number };
  /** Epoch milliseconds of the request's arrival, and the same moment on the monotonic clock. */
  startedAtMs: number;
  startedMonoMs: number;
}

/** How long a settlement that the database refuses is tried again, with growing pauses: 12.7 s together. */
const RETRY_PAUSES_MS = [100, 200, 400, 800, 1600, 3200, 6400];

export function createSettler(options: SettlerOptions): Settler {
  options.unsettled.count++;
  let firstEventMs: number | null = null;
  let ended: Promise<Settled> | null = null;
  const sinceStart = () => Math.round(performance.now() - options.startedMonoMs);

  async function settle(report: EndReport): Promise<Settled> {
    const durationMs = sinceStart();
    const { usage, source } = await report.usage();
    const cost = usage === null ? 0 : costMicro(options.pinned, usage);
    const settlement = await persist(options, () =>
      options.ledger.endHold({
        requestId: options.requestId,
        ending: report.ending,
        costMicro: cost,
        httpStatus: report.httpStatus,
        errorCode: report.errorCode,
        usage,
        usageSource: source,
        startedAtMs: options.startedAtMs,
        firstEventMs,
        durationMs,
        atMs: Date.now(),
      }),
    );
    if (settlement === null) throw new Error(`request ${options.requestId} had ended already`);
    logEnd(options, report, { ...settlement, usage, source }, durationMs);
    return { ...settlement, usage, source };
  }

  return {
    end: (report) => {
      ended ??= settle(report).finally(() => {
        options.unsettled.count--;
      });
      return ended;
    },
    markFirstEvent: () => {
      firstEventMs ??= sinceStart();
    },
    hasEnded: () => ended !== null,
  };
}

/** The money is owed whatever the database says at first, so a refused settlement is tried again for a while. */
async function persist<T>(options: SettlerOptions, operation: () => T): Promise<T> {
  for (const pauseMs of RETRY_PAUSES_MS) {
    try {
      return await options.commits.run(operation);
    } catch (error) {
      options.log.error(
        { requestId: options.requestId, err: error },
        "settlement refused, retrying",
      );
      await Bun.sleep(pauseMs);
    }
  }
  return options.commits.run(operation);
}

function logEnd(
  { log, requestId }: SettlerOptions,
  report: EndReport,
  settled: Settled,
  durationMs: number,
): void {
  log.info(
    {
      requestId,
      ending: report.ending,
      status: report.httpStatus,
      code: report.errorCode ?? undefined,
      promptTokens: settled.usage?.promptTokens,
      completionTokens: settled.usage?.completionTokens,
      usageSource: settled.source,
      chargedMicro: settled.chargedMicro,
      shortfallMicro: settled.shortfallMicro || undefined,
      durationMs,
    },
    "request ended",
  );
  if (settled.shortfallMicro > 0) {
    log.warn({ requestId, shortfallMicro: settled.shortfallMicro }, "cost written off");
  }
}
