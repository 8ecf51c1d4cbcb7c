// What the outside saw of one request: its client, and its provider. The oracle judges by this alone.

import type { ChargedUsageView } from "../../src/base/usage-view.ts";
import type { FinalCredits } from "../../src/calls/stream.ts";
import type { Price } from "../../src/catalog/types.ts";
import type { IdempotencyKey } from "../../src/idempotency/answers.ts";
import type { SimulatedModel } from "./house.ts";
import type { RequestPlan } from "./plan.ts";
import type { AnswerRow } from "./rows.ts";

/** The call upstream as the provider met it. */
export interface CallSeen {
  stream: boolean;
  openedAtStep: number;
  /** Pieces that the gateway has taken; a whole answer counts as all of them. */
  given: number;
  /** How many those were when the call was aborted; null as long as it was not. */
  givenAtAbort: number | null;
  abortedAtMs: number | null;
  abortedAtStep: number | null;
  /** What the provider made of it; null as long as it goes on. */
  ending: "ended" | "failed" | "refused" | "aborted" | "closed" | null;
  endedAtStep: number;
  endedAtMs: number;
}

export interface Told {
  how: "completion" | "end" | "error" | "replay" | "thrown";
  status: number;
  settled: FinalCredits | null;
  /** As it stands in the body, where there is one. */
  usage: ChargedUsageView | null;
}

export interface Journey {
  index: number;
  requestId: string;
  plan: RequestPlan;
  model: SimulatedModel;
  accountId: string;
  bodyBytes: number;
  key: IdempotencyKey | null;
  /** Whose its key was when the store refused it: that may be settled before its client is told. */
  keyWasOf: AnswerRow | null;
  /** What its client was given, as it would be kept: whole, or chunk by chunk. */
  given: string[];
  /** The model's price when the request came; null is free. */
  price: Price | null;
  /** When it came, on the clock that never steps. */
  startedMs: number;
  /** Which process served it. */
  process: number;
  /** The provider was asked with a signal that had aborted already: nothing went upstream. */
  askedAborted: boolean;
  call: CallSeen | null;
  /** Calls so far: a provider that refuses for the moment is asked again. */
  calls: number;
  /** The output tokens of one choice that the provider was told to stop at. */
  outputLimit: number;
  /** When its client left, by any sign. */
  leftAtStep: number | null;
  /** When the signal said so: a stream that is not read any more may be noticed later. */
  signalledAtMs: number | null;
  signalledAtStep: number | null;
  /** Whether there was room to read its call on at that moment. */
  mayDrain: boolean;
  /** Whether its calls were ended because the server stopped, before it was over. */
  cutAtStep: number | null;
  /** The hold that a stream's headers told. */
  heldShownMicro: number | null;
  chunksRead: number;
  /** Whether its stream was ever read, and whether a read of it waits now. */
  wasRead: boolean;
  isReading: boolean;
  /** When the reading was ended where the journey hears it. */
  stoppedAtStep: number | null;
  /** The end that the client was told of. */
  told: Told | null;
  /** Its process was killed before its client heard of an end. */
  lost: boolean;
  /** The journey gave an answer or an error. */
  answered: boolean;
  /** A hold of it was seen on the disk. */
  held: boolean;
  /** A record of it was seen on the disk, which is judged then. */
  recorded: boolean;
}

/** A request that has just come. */
export function newJourney(
  facts: Pick<
    Journey,
    | "index"
    | "plan"
    | "model"
    | "accountId"
    | "bodyBytes"
    | "key"
    | "price"
    | "startedMs"
    | "process"
  >,
): Journey {
  return {
    ...facts,
    requestId: `req_${facts.index}`,
    askedAborted: false,
    call: null,
    calls: 0,
    outputLimit: 0,
    leftAtStep: null,
    signalledAtMs: null,
    signalledAtStep: null,
    mayDrain: false,
    cutAtStep: null,
    keyWasOf: null,
    heldShownMicro: null,
    given: [],
    chunksRead: 0,
    wasRead: false,
    isReading: false,
    stoppedAtStep: null,
    told: null,
    lost: false,
    answered: false,
    held: false,
    recorded: false,
  };
}

/** A rule that was broken; its message is what a failing run shows. */
export class Broken extends Error {
  override readonly name = "Broken";
}

export function must(holds: boolean, rule: string, detail: () => string = () => ""): void {
  if (holds) return;
  const more = detail();
  throw new Broken(more === "" ? rule : `${rule} (${more})`);
}
