// The load: many clients at once, each with its next request when the last one is over.
import type { Payer } from "../classes.ts";
import { planOf } from "../plan.ts";
import type { Upstream } from "../upstream-process.ts";
import type { Repeat } from "./ask-again.ts";
import { fetchTransport } from "./fetch-transport.ts";
import { perform } from "./perform.ts";
import { RawTransport } from "./raw-transport.ts";
import type { AnswerFacts } from "./read-answer.ts";

/** An account that pays, and its keys. */
export interface PayingAccount {
  account: string;
  keys: readonly string[];
  /** What it was granted at first. */
  credits: string;
}

export type Payers = Record<Payer, readonly PayingAccount[]>;

/** What a client knows of one request once it is over. */
export interface Outcome extends Omit<AnswerFacts, "content"> {
  index: number;
  account: string;
  /** Length of the request's body. */
  bodyBytes: number;
  isContentRight: boolean;
  /** Of a class that asks again under the same key; else null. */
  again: Repeat | null;
}

export interface LoadOptions {
  seed: number;
  requests: number;
  concurrency: number;
  origin: string;
  payers: Payers;
  upstream: Upstream;
  /** Told how many requests are over, and of the last of them. */
  onProgress: (done: number, outcome: Outcome) => void;
}

/** Every so many clients one uses fetch; the others a bare socket. */
const FETCH_EVERY = 6;

export async function runLoad(options: LoadOptions): Promise<Outcome[]> {
  const { seed, requests, upstream, payers } = options;
  const outcomes: Outcome[] = [];
  let next = 0;

  async function client(number: number): Promise<void> {
    const raw = new RawTransport(options.origin);
    const withFetch = fetchTransport(options.origin);
    while (next < requests) {
      const plan = planOf(seed, next++);
      // Only a bare socket can close one half.
      const isFetch = number % FETCH_EVERY === 0 && plan.book.client !== "half-close";
      const transport = isFetch ? withFetch : raw.send;
      const duplicateTransport = withFetch;
      const sending = { seed, plan, payers, upstream, transport, duplicateTransport };
      const outcome = await perform(sending);
      outcomes.push(outcome);
      options.onProgress(outcomes.length, outcome);
    }
    raw.close();
  }

  await Promise.all(Array.from({ length: options.concurrency }, (_, number) => client(number)));
  return outcomes;
}
