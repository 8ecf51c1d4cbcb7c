// This process's sign of life beside its holds, and the holds of processes that give none any more.
import type { Clock } from "../base/clock.ts";
import type { LedgerPort, OpenHold } from "../ledger/port.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** How long this process counts as alive after its last sign of life, and how often it gives one. */
const LEASE_MS = 60_000;
export const RENEW_EVERY_MS = 20_000;

export interface LeaseOptions {
  ledger: Pick<LedgerPort, "renewLease" | "releaseOrphans">;
  clock: Clock;
  log: Pick<Logger, "warn">;
  metrics: Pick<Metrics, "holdAbandoned">;
}

export interface Lease {
  /**
   * Begins it, and releases all holds of others: the caller has the data folder's lock, so that they are gone.
   * From then on those of each process whose lease runs out are released too.
   */
  take(): Promise<OpenHold[]>;
  stop(): void;
}

export function createLease({ ledger, clock, log, metrics }: LeaseOptions): Lease {
  let forget = () => {};

  async function release(isAlone: boolean): Promise<OpenHold[]> {
    const holds = await ledger.releaseOrphans({ atMs: clock.nowMs(), isAlone });
    if (holds.length === 0) return holds;
    for (const { amountMicro } of holds) metrics.holdAbandoned(amountMicro);
    const requestIds = holds.map(({ requestId }) => requestId);
    log.warn({ count: holds.length, requestIds }, "released abandoned holds");
    return holds;
  }

  async function renew(): Promise<void> {
    try {
      await ledger.renewLease({ endsAtMs: clock.nowMs() + LEASE_MS });
      await release(false);
    } catch (error) {
      log.warn({ err: error }, "could not renew the lease of its holds");
    }
  }

  function keepOn(): void {
    forget = clock.after(RENEW_EVERY_MS, keepOn);
    void renew();
  }

  return {
    async take() {
      const holds = await release(true);
      keepOn();
      return holds;
    },
    stop: () => forget(),
  };
}
