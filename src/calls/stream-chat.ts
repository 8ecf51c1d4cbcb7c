// Answering event by event: what goes to the client is metered, and the end is settled however it comes.
import { type ApiError, asApiError } from "../base/errors.ts";
import type { Deposit } from "./dispatch.ts";
import type { MeteredCall } from "./metered-call.ts";
import type { Settled } from "./settler.ts";
import { openSource, type Source } from "./stream-source.ts";

/**
 * The protocol between the journey and the serializer: any number of chunks, the JSON of those that came together
 * with BETWEEN_CHUNKS between each two, then exactly one `end` or `error`, after which the request is settled. Nothing follows when the client
 * has left.
 */
export type ChatEvent =
  | { type: "chunks"; json: string }
  | { type: "end"; settled: FinalCredits; usageJson: string | null }
  | { type: "error"; error: ApiError; settled: FinalCredits };

/** What a request cost, and the balance after it. */
export type FinalCredits = Pick<Settled, "chargedMicro" | "balanceMicro">;

/** What is known once the provider's first event has come. */
export interface OpenedStream {
  /** The fields of the request that the provider's dialect could not express, for a header; null for none. */
  ignored: string | null;
}

export interface StreamedChat {
  held: Deposit;
  /**
   * Resolves with the provider's first event, when that is good. Rejects with the ApiError of what failed before it,
   * which is settled by then. It need not be waited for: `events` says the same.
   */
  opened: Promise<OpenedStream>;
  /**
   * To be read to its end, or given back by its `return`. A failure before the first event comes as its first and only
   * `error`.
   */
  events: AsyncIterableIterator<ChatEvent>;
  /** Whether it is over, if only its record is still to be written: then `opened` rejects before long. */
  hasEnded(): boolean;
  /** To be told when the client has been answered 200 before `opened`: a failure before that is then recorded so. */
  markAnswered(): void;
}

/** Asks for the stream, and gives it before anything has come. */
export function streamChat(call: MeteredCall): StreamedChat {
  const source = openSource(call);
  return {
    held: call.deposit,
    opened: source.opened,
    events: eventsOf(call, source),
    hasEnded: call.hasEnded,
    markAnswered: call.markAnswered,
  };
}

const NO_MORE = { done: true, value: undefined } as const;

function eventsOf(call: MeteredCall, source: Source): AsyncIterableIterator<ChatEvent> {
  let isOver = false;

  async function end(): Promise<ChatEvent> {
    isOver = true;
    const settled = await source.endWhole();
    return { type: "end", settled, usageJson: source.usageJson(settled) };
  }

  async function fail(error: unknown): Promise<ChatEvent> {
    isOver = true;
    const settled = await source.endFailed(error);
    return { type: "error", error: asApiError(error), settled };
  }

  return {
    async next() {
      if (isOver) return NO_MORE;
      let json: string | null;
      try {
        do json = await source.next();
        while (json === "" && !source.hasLeft());
      } catch (error) {
        return source.hasLeft() ? NO_MORE : { done: false, value: await fail(error) };
      }
      if (source.hasLeft()) return NO_MORE;
      return { done: false, value: json === null ? await end() : { type: "chunks", json } };
    },
    async return() {
      isOver = true;
      if (!call.hasEnded()) call.lifeline.leave();
      return NO_MORE;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
