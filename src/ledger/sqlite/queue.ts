// Group commit: the commands of one turn of the event loop share one batch, and so one durable transaction.
import { type Clock, sleep } from "../../base/clock.ts";
import { overloaded, tooManyRequests } from "../../base/errors.ts";
import { OperatorError } from "../../base/operator-error.ts";
import type { BatchReply, Command, Failure, Handlers, Outcome, Unit } from "./batch.ts";

export interface QueueOptions {
  /** Commands that may wait at once; the next is refused with 503. */
  maxWaiting: number;
  /** How long a batch is tried again while another process holds the database's lock. */
  lockTimeoutMs: number;
  clock: Clock;
}

/** Who applies the batches, here or in another thread. Rejects when it is gone. */
export type Writer<H extends Handlers> = (
  units: readonly Unit<H>[],
) => BatchReply | Promise<BatchReply>;

export interface Queue<H extends Handlers> {
  /**
   * Puts a command into the next batch; resolves after that is on the disk.
   * Rejects with OperatorError for a broken rule, and with a 503 ApiError when the store cannot be written.
   */
  run<K extends keyof H & string>(kind: K, ...takes: Parameters<H[K]>): Promise<ReturnType<H[K]>>;
  /** The same for several commands, of which all are carried out or none. */
  together(commands: Command<H>[]): Promise<unknown[]>;
  /** Commands that wait for the next batch. */
  waiting(): number;
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>;
}

interface Waiting<H extends Handlers> {
  unit: Unit<H>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** Pause before a batch that met a foreign lock is tried again. */
const LOCK_RETRY_MS = 5;

export function createQueue<H extends Handlers>(
  writer: Writer<H>,
  options: QueueOptions,
): Queue<H> {
  const { clock, maxWaiting } = options;
  let waiting: Waiting<H>[] = [];
  let flushing: Promise<void> | null = null;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await finish(batch);
    }
    flushing = null;
  }

  async function finish(batch: Waiting<H>[]): Promise<void> {
    let reply: BatchReply;
    try {
      reply = await applyUnlocked(
        writer,
        batch.map(({ unit }) => unit),
        options,
      );
    } catch (error) {
      for (const one of batch) one.reject(unavailable(error));
      return;
    }
    batch.forEach((one, index) => {
      const outcome = "outcomes" in reply ? reply.outcomes[index] : reply;
      if (outcome !== undefined && "value" in outcome) one.resolve(outcome.value);
      else one.reject(errorOf(outcome));
    });
  }

  function put(unit: Unit<H>): Promise<unknown> {
    if (waiting.length >= maxWaiting) return Promise.reject(tooManyRequests());
    return new Promise((resolve, reject) => {
      waiting.push({ unit, resolve, reject });
      flushing ??= clock.nextTurn().then(flush);
    });
  }

  return {
    run: <K extends keyof H & string>(...command: [kind: K, ...takes: Parameters<H[K]>]) =>
      put(command as Command<H>) as Promise<ReturnType<H[K]>>,
    together: (commands) => put(["together", commands]) as Promise<unknown[]>,
    waiting: () => waiting.length,
    drain: () => flushing ?? Promise.resolve(),
  };
}

/** Applies a batch, again and again while another process has the lock, up to the limit. */
async function applyUnlocked<H extends Handlers>(
  writer: Writer<H>,
  units: Unit<H>[],
  { clock, lockTimeoutMs }: QueueOptions,
): Promise<BatchReply> {
  const deadline = clock.monoMs() + lockTimeoutMs;
  for (;;) {
    const reply = await writer(units);
    const isLocked = "isLocked" in reply && reply.isLocked;
    if (!isLocked || clock.monoMs() >= deadline) return reply;
    await sleep(clock, LOCK_RETRY_MS);
  }
}

/** The failure as it is thrown: a broken rule as itself, trouble of the store as a 503. */
function errorOf(outcome: Exclude<Outcome, { value: unknown }> | undefined): Error {
  if (outcome === undefined) return unavailable(new Error("the store gave no answer"));
  const { failure } = outcome;
  if (failure.kind === "rule") return new OperatorError(failure.message);
  if (failure.kind === "store") return unavailable(causeOf(failure));
  return causeOf(failure);
}

const causeOf = ({ name, message, code }: Failure): Error =>
  Object.assign(new Error(message), { name, ...(code === "" ? {} : { code }) });

const unavailable = (cause: unknown) =>
  overloaded("The server cannot record charges at the moment, so it takes no requests.", { cause });
