// The calls that run in this process: how many, which are read on without their client, and the end of all.
interface Running {
  /** Ends it, because the server has to end. */
  stop(): void;
}

export interface RunningCalls {
  /** From before its hold until its money is settled, or none was taken. */
  add(call: Running): void;
  remove(call: Running): void;
  /** Calls whose money is not settled yet. */
  count(): number;
  /** Takes one of the provider's places for calls that are read on; false where all are taken. */
  startDraining(providerId: string, maxCalls: number): boolean;
  stopDraining(providerId: string): void;
  /** Calls that are read on without a client. */
  draining(): number;
  /** Ends all calls, because the server has to end. */
  stopAll(): void;
}

export function createRunningCalls(): RunningCalls {
  const running = new Set<Running>();
  const drainingOf = new Map<string, number>();
  const drainingAt = (providerId: string) => drainingOf.get(providerId) ?? 0;
  return {
    add: (call) => void running.add(call),
    remove: (call) => void running.delete(call),
    count: () => running.size,
    startDraining(providerId, maxCalls) {
      if (drainingAt(providerId) >= maxCalls) return false;
      drainingOf.set(providerId, drainingAt(providerId) + 1);
      return true;
    },
    stopDraining: (providerId) => void drainingOf.set(providerId, drainingAt(providerId) - 1),
    draining: () => [...drainingOf.values()].reduce((sum, calls) => sum + calls, 0),
    stopAll() {
      for (const call of running) call.stop();
    },
  };
}
