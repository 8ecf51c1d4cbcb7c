// Counts tokens in a thread that is started on first need, and ended when nobody needs it any more.
import type { Logger } from "../../telemetry/log.ts";
import { COUNTED_CHARS, guessTokens, READY, type TokenCounter } from "./counter.ts";

// The compiled program has the worker as a file of its own under the folder of its entry.
const WORKER =
  import.meta.file === "worker-counter.ts"
    ? new URL("./worker.ts", import.meta.url).href
    : "./metering/tokens/worker.js";

/** Text that may wait for the thread at once; what comes beyond it is guessed. */
const MAX_WAITING_CHARS = 64 * 1_048_576;
/** A thread that has not loaded its tables by then will not: a busy machine takes seconds for it. */
const START_TIMEOUT_MS = 30_000;
/** A thread that has not counted a text by then will not: a text takes it less than a second. */
const COUNT_TIMEOUT_MS = 8_000;
/** The tables take about 100 MB, which are given back when no estimate was needed for so long. */
const IDLE_MS = 60_000;
/** A thread that cannot start is not tried for ever. */
const MAX_FAILURES = 3;

interface Waiting {
  text: string;
  resolve: (tokens: number) => void;
}

/** Makes the counter of one process. It guesses what its thread cannot count, and logs why. */
export function createWorkerCounter(log: Logger): TokenCounter {
  const waiting = new Map<number, Waiting>();
  let waitingChars = 0;
  let worker: Worker | null = null;
  let watchdog: Timer | undefined;
  let isReady = false;
  let failures = 0;
  let nextId = 0;

  function finish(id: number, tokens: number): void {
    const counting = waiting.get(id);
    if (counting === undefined) return;
    waiting.delete(id);
    waitingChars -= counting.text.length;
    counting.resolve(tokens);
    watch();
  }

  /** Ends a thread that is idle, or hangs. */
  function watch(): void {
    clearTimeout(watchdog);
    const hangs = waiting.size > 0;
    const patienceMs = isReady ? COUNT_TIMEOUT_MS : START_TIMEOUT_MS;
    watchdog = setTimeout(
      () => (hangs ? fail("it does not answer") : stop()),
      hangs ? patienceMs : IDLE_MS,
    );
    watchdog.unref();
  }

  function stop(): void {
    clearTimeout(watchdog);
    worker?.terminate();
    worker = null;
  }

  function fail(reason: string): void {
    failures++;
    log.error({ reason, failures }, "the tokenizer's thread failed: estimates are guessed");
    stop();
    for (const [id, { text }] of [...waiting]) finish(id, guessTokens(text));
    clearTimeout(watchdog);
  }

  function start(): Worker {
    const started = new Worker(WORKER);
    isReady = false;
    // An idle thread must not keep a process that is ending.
    started.unref();
    started.onmessage = ({ data }: MessageEvent<typeof READY | [id: number, tokens: number]>) => {
      if (data === READY) {
        isReady = true;
        watch();
        return;
      }
      failures = 0;
      finish(...data);
    };
    started.onerror = ({ message }) => {
      if (worker === started) fail(message);
    };
    return started;
  }

  function count(text: string): Promise<number> {
    if (failures >= MAX_FAILURES || waitingChars + text.length > MAX_WAITING_CHARS) {
      return Promise.resolve(guessTokens(text));
    }
    return new Promise((resolve) => {
      const id = nextId++;
      waiting.set(id, { text, resolve });
      waitingChars += text.length;
      worker ??= start();
      worker.postMessage([id, text]);
      // Later ones do not put the deadline of the first off, or a thread that hangs were never found out.
      if (waiting.size === 1) watch();
    });
  }

  return async (text) => {
    if (text === "") return 0;
    const counted = text.slice(0, COUNTED_CHARS);
    return Math.ceil(((await count(counted)) * text.length) / counted.length);
  };
}
