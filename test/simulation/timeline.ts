// Simulated time: all that happens in a run is an event here, and one number a tie decides what comes first.
import type { Clock } from "../../src/base/clock.ts";

interface Event {
  atMs: number;
  /** Whose it is, so that a killed process's events can be dropped and a living one's counted. */
  owner: string;
  what: string;
  happen: () => void;
}

/** The wall clock of a run starts here: 2026-01-01 UTC. */
const EPOCH_MS = 1_767_225_600_000;

export class Timeline {
  nowMs = 0;
  /** Added to the wall clock, which an operator or NTP may step in either direction. */
  wallOffsetMs = 0;
  #events: Event[] = [];
  readonly #ties: readonly number[];
  #tiesMet = 0;

  /** @param ties which of several events that are due comes first, used in turn; none means the oldest. */
  constructor(ties: readonly number[]) {
    this.#ties = ties;
  }

  /** Plans an event; the function that it gives takes it back. */
  at(atMs: number, owner: string, what: string, happen: () => void): () => void {
    const event: Event = { atMs, owner, what, happen };
    this.#events.push(event);
    return () => {
      const index = this.#events.indexOf(event);
      if (index >= 0) this.#events.splice(index, 1);
    };
  }

  /** Resolves after so many simulated milliseconds. */
  pause(delayMs: number, owner: string, what: string): Promise<void> {
    return new Promise<void>((resolve) => {
      this.at(this.nowMs + delayMs, owner, what, resolve);
    });
  }

  pending(owner: string): number {
    return this.#events.filter((event) => event.owner === owner).length;
  }

  drop(owner: string): void {
    this.#events = this.#events.filter((event) => event.owner !== owner);
  }

  /** Takes the next event out, moving time to it; null when nothing is left. It has not happened yet. */
  next(): Event | null {
    if (this.#events.length === 0) return null;
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { atMs } of this.#events) firstMs = Math.min(firstMs, atMs);
    this.nowMs = Math.max(this.nowMs, firstMs);
    const due = this.#events.filter(({ atMs }) => atMs <= this.nowMs);
    const event = due.length === 1 ? due[0] : due[this.#tie() % due.length];
    if (event === undefined) throw new Error("no event is due");
    this.#events.splice(this.#events.indexOf(event), 1);
    return event;
  }

  #tie(): number {
    if (this.#ties.length === 0) return 0;
    return this.#ties[this.#tiesMet++ % this.#ties.length] ?? 0;
  }

  /** The clock that one process sees; it stands still for ever once the process has been killed. */
  clockOf(owner: string, isAlive: () => boolean): Clock {
    const after = (delayMs: number, what: string, callback: () => void) =>
      isAlive() ? this.at(this.nowMs + delayMs, owner, what, callback) : () => {};
    return {
      nowMs: () => EPOCH_MS + this.nowMs + this.wallOffsetMs,
      monoMs: () => this.nowMs,
      after: (delayMs, callback) => after(delayMs, "timer", callback),
      nextTurn: () => new Promise<void>((resolve) => after(0, "turn", resolve)),
    };
  }
}
