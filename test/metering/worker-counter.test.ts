// The tokenizer's thread under its watchdog: a thread that hangs is found out, however many texts come after.
import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { guessTokens } from "../../src/metering/tokens/counter.ts";
import { createWorkerCounter } from "../../src/metering/tokens/worker-counter.ts";
import { quietLog } from "../support/quiet-log.ts";

/** A thread that takes every text and never answers. */
class HungWorker {
  static terminated = 0;
  unref(): void {}
  postMessage(): void {}
  terminate(): void {
    HungWorker.terminated++;
  }
}

const RealWorker = globalThis.Worker;
beforeEach(() => {
  jest.useFakeTimers();
  HungWorker.terminated = 0;
  globalThis.Worker = HungWorker as unknown as typeof Worker;
});
afterEach(() => {
  jest.useRealTimers();
  globalThis.Worker = RealWorker;
});

test("new texts do not put off the end of a thread that hangs", async () => {
  const count = createWorkerCounter(quietLog);
  const counted: Promise<number>[] = [];
  for (let second = 0; second < 36; second += 3) {
    counted.push(count("some words that wait"));
    jest.advanceTimersByTime(3_000);
  }
  expect(HungWorker.terminated).toBe(1);
  const [first] = await Promise.all(counted.slice(0, 3));
  expect(first).toBe(guessTokens("some words that wait"));
});
