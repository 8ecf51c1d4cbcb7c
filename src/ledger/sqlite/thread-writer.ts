// A writer in a thread of its own: commits and their disk flushes leave the event loop that serves streams.
import type { BatchReply, Handlers, Unit } from "./batch.ts";
import { type PackedReply, unpackReply } from "./wire.ts";

/** What the thread is sent beside batches. */
export const CLOSE = "close";

export interface ThreadWriterOptions<H extends Handlers> {
  /** Starts the thread. It answers each batch with its reply, and `CLOSE` with the same. */
  start(): Worker;
  /** Returns what packs batches for a thread that was just started; it answers with what `packReply` makes. */
  packer(): (units: readonly Unit<H>[]) => unknown[];
  /** What undoes the commands of a batch that may have been committed though nobody was told. */
  undo(units: readonly Unit<H>[]): Unit<H>[];
  /** Told of a thread that ended by itself. */
  onCrash(reason: string): void;
}

export interface ThreadWriter<H extends Handlers> {
  /** One batch at a time. Rejects when the thread ends before it has answered; the next batch starts another. */
  apply(units: readonly Unit<H>[]): Promise<BatchReply>;
  /** Ends the thread, once its database is closed. */
  close(): Promise<void>;
}

interface Pending<H extends Handlers> {
  units: readonly Unit<H>[];
  resolve(reply: BatchReply): void;
  reject(error: Error): void;
}

export function createThreadWriter<H extends Handlers>({
  start,
  packer,
  undo,
  onCrash,
}: ThreadWriterOptions<H>): ThreadWriter<H> {
  let worker: Worker | null = null;
  let pack = packer();
  let pending: Pending<H> | null = null;
  let closing: (() => void) | null = null;
  /** Undoes what nobody was told of; goes before the next batch, until that is committed. */
  let undoing: Unit<H>[] = [];

  function answer(data: PackedReply | typeof CLOSE): void {
    if (data === CLOSE) {
      closing?.();
      return;
    }
    // An idle thread must not keep a process that is ending.
    worker?.unref();
    const answered = pending;
    pending = null;
    const reply = unpackReply(data);
    if ("outcomes" in reply && undoing.length > 0) {
      reply.outcomes.splice(0, undoing.length);
      undoing = [];
    }
    answered?.resolve(reply);
  }

  function fail(reason: string): void {
    worker = null;
    closing?.();
    const failed = pending;
    pending = null;
    if (failed !== null) undoing = [...undoing, ...undo(failed.units)];
    onCrash(reason);
    failed?.reject(new Error(`the writer's thread ended: ${reason}`));
  }

  function started(): Worker {
    const thread = start();
    pack = packer();
    thread.onmessage = ({ data }: MessageEvent<PackedReply | typeof CLOSE>) => answer(data);
    const end = (reason: string) => {
      if (worker === thread) fail(reason);
    };
    thread.onerror = ({ message }) => {
      thread.terminate();
      end(message);
    };
    thread.addEventListener("close", () => end("it is gone"));
    return thread;
  }

  // At once, so that it loads while its process does, which needs it before it can serve.
  worker = started();
  worker.unref();

  return {
    apply: (units) =>
      new Promise((resolve, reject) => {
        pending = { units, resolve, reject };
        worker ??= started();
        worker.ref();
        worker.postMessage(pack(undoing.length === 0 ? units : [...undoing, ...units]));
      }),
    async close() {
      const thread = worker;
      if (thread === null) return;
      const closed = Promise.withResolvers<void>();
      closing = closed.resolve;
      thread.ref();
      thread.postMessage(CLOSE);
      await closed.promise;
      worker = null;
      thread.terminate();
    },
  };
}
