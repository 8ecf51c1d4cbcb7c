// A call's lifeline: how long it may go on upstream once its client has left, or the server has to end.
import type { Clock } from "../base/clock.ts";
import { type ApiError, clientClosedRequest, shuttingDown } from "../base/errors.ts";
import type { Config } from "../config/schema.ts";

/** What becomes of a provider's call when its client leaves: null ends it at once. */
export type DrainLimits = Config["providers"][string]["drain"] | null;

export interface Lifeline {
  /** Goes to the adapter; its reason is an ApiError. */
  signal: AbortSignal;
  /** Whether the client has left. */
  clientLeft(): boolean;
  /** Whether the call was ended because the server has to end. */
  serverStopped(): boolean;
  /** The call goes to this provider; from here on the client's leaving is watched. */
  watch(providerId: string, drain: DrainLimits): void;
  /** The client has left: ends the call, or lets it be read on within the provider's limits. */
  leave(): void;
  /** Calls back once when the client has left and the call was ended or let on; at once where it has left already. */
  whenLeft(callback: () => void): void;
  /** Ends the call upstream, where it has not ended, for this reason. */
  cut(reason: ApiError): void;
  /** The request's money is settled, or none was taken. Must come once, on every path. */
  close(): void;
}

export interface Lifelines {
  /** @param onClosed called when it is closed */
  open(client: AbortSignal, onClosed?: () => void): Lifeline;
  /** Requests whose money is not settled yet. */
  count(): number;
  /** Calls that are read on without a client. */
  draining(): number;
  /** Ends all calls, because the server has to end. */
  cutAll(): void;
}

export function createLifelines(clock: Clock): Lifelines {
  const open = new Set<{ cut(): void }>();
  const drainingOf = new Map<string, number>();
  let draining = 0;

  function countDraining(providerId: string, change: 1 | -1): void {
    draining += change;
    drainingOf.set(providerId, (drainingOf.get(providerId) ?? 0) + change);
  }

  function openOne(client: AbortSignal, onClosed?: () => void): Lifeline {
    const controller = new AbortController();
    let left = false;
    let stopped = false;
    let closed = false;
    let provider = "";
    let limits: DrainLimits = null;
    let stopDraining: (() => void) | null = null;
    let onLeft: (() => void) | null = null;

    function startDraining({ maxMs }: NonNullable<DrainLimits>): void {
      countDraining(provider, 1);
      const forget = clock.after(maxMs, () => controller.abort(clientClosedRequest()));
      stopDraining = () => {
        forget();
        countDraining(provider, -1);
        stopDraining = null;
      };
    }

    function leave(): void {
      if (left || closed) return;
      left = true;
      const mayDrain = limits !== null && (drainingOf.get(provider) ?? 0) < limits.maxCalls;
      if (mayDrain && limits !== null) startDraining(limits);
      else controller.abort(clientClosedRequest());
      onLeft?.();
    }

    const handle = {
      cut() {
        if (controller.signal.aborted) return;
        stopped = true;
        controller.abort(shuttingDown());
      },
    };
    open.add(handle);
    return {
      signal: controller.signal,
      clientLeft: () => left,
      serverStopped: () => stopped,
      watch(providerId, drain) {
        provider = providerId;
        limits = drain;
        client.addEventListener("abort", leave, { once: true });
        if (client.aborted) leave();
      },
      leave,
      whenLeft(callback) {
        if (left) callback();
        else onLeft = callback;
      },
      cut(reason) {
        if (!controller.signal.aborted) controller.abort(reason);
      },
      close() {
        closed = true;
        open.delete(handle);
        stopDraining?.();
        client.removeEventListener("abort", leave);
        onClosed?.();
      },
    };
  }

  return {
    open: openOne,
    count: () => open.size,
    draining: () => draining,
    cutAll() {
      for (const handle of open) handle.cut();
    },
  };
}
