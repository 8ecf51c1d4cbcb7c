// Trying a provider again that refused a call before it gave anything: some times, some seconds, one deposit.
import { asApiError } from "../base/errors.ts";
import type { MeteredCall } from "./metered-call.ts";

/** What a provider answers when it was busy. */
const BUSY_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** Whether another try may help: the provider was busy, or had a fault of its own. */
const mayPass = (status: number | undefined): boolean =>
  status !== undefined && (status >= 500 || BUSY_STATUSES.has(status));

/** Pause before the first of the tries where the provider names none; each next one is twice as long. */
const FIRST_PAUSE_MS = 250;

/**
 * Calls `attempt`, and again while the provider refuses it for what may pass. A connection that broke is not tried
 * again: the provider may have the request, and would bill for both.
 * @throws what the last attempt threw
 */
export async function withRetries<T>(call: MeteredCall, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    call.markAttempt();
    try {
      return await attempt();
    } catch (error) {
      const pauseMs = pauseBeforeNext(call, error, tries);
      if (pauseMs === null) throw error;
      const { upstreamStatus } = asApiError(error);
      call.deps.metrics.upstreamRetried(call.plan.providerId);
      call.input.log.info({ upstreamStatus, pauseMs }, "provider refused, trying again");
      await pause(call, pauseMs, error);
    }
  }
}

/** Null when the error stands. */
function pauseBeforeNext(
  { plan, lifeline }: MeteredCall,
  error: unknown,
  tries: number,
): number | null {
  const { retries } = plan.settings;
  const { upstreamStatus, shouldRetry, retryAfterMs } = asApiError(error);
  if (lifeline.signal.aborted || lifeline.clientLeft()) return null;
  if (tries > retries.max || shouldRetry === false || !mayPass(upstreamStatus)) return null;
  const pauseMs = retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (tries - 1);
  // A provider that wants more time is for the client to wait for: it is told how long.
  return pauseMs <= retries.maxWaitMs ? pauseMs : null;
}

/** Rejects with the refusal when nobody waits for another try any more: the provider has given nothing. */
function pause(
  { lifeline, deps, input }: MeteredCall,
  pauseMs: number,
  refusal: unknown,
): Promise<void> {
  // Also where answers are read on without their client: there is none yet that could be.
  const signal = AbortSignal.any([lifeline.signal, input.signal]);
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      forget();
      reject(refusal);
    };
    const forget = deps.clock.after(pauseMs, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
