// What to try once a candidate has refused a call before it gave anything: the next one, or the last one again.
import type { Clock } from "../base/clock.ts";
import { asApiError } from "../base/errors.ts";
import type { Candidate } from "./operation.ts";

/** What a provider answers when it was busy. */
const BUSY_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** Whether another try may help: the provider was busy, or had a fault of its own. */
const mayPass = (status: number | undefined): boolean =>
  status !== undefined && (status >= 500 || BUSY_STATUSES.has(status));

/** Pause before the first of the tries where the provider names none; each next one is twice as long. */
const FIRST_PAUSE_MS = 250;

export interface NextTry {
  candidate: Candidate;
  pauseMs: number;
}

/**
 * Another candidate is asked at once; the last one again after a pause. A connection that broke is not followed by
 * another try: the provider may have the request, and would bill for both.
 * @param others candidates that have not been tried
 * @param tries how often this candidate was
 * @returns null when the error stands
 */
export function nextTry(
  error: unknown,
  candidate: Candidate,
  others: readonly Candidate[],
  tries: number,
): NextTry | null {
  const { upstreamStatus, shouldRetry, retryAfterMs } = asApiError(error);
  if (shouldRetry === false || !mayPass(upstreamStatus)) return null;
  const [other] = others;
  if (other !== undefined) return { candidate: other, pauseMs: 0 };
  const { retries } = candidate.settings;
  const pauseMs = retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (tries - 1);
  // A provider that wants more time is for the client to wait for: it is told how long.
  return tries > retries.max || pauseMs > retries.maxWaitMs ? null : { candidate, pauseMs };
}

/** @throws the refusal when nobody waits for another try any more: the provider has given nothing */
export function pauseUnlessAborted(
  clock: Clock,
  pauseMs: number,
  signals: readonly AbortSignal[],
  refusal: unknown,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      forget();
      for (const signal of signals) signal.removeEventListener("abort", onAbort);
    };
    const onAbort = (): void => {
      stop();
      reject(refusal);
    };
    const forget = clock.after(pauseMs, () => {
      stop();
      resolve();
    });
    for (const signal of signals) signal.addEventListener("abort", onAbort);
  });
}
