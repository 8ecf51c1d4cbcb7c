// The classes of behaviour: each is a model of its own, so that the books can be compared class by class.
import { AGAIN_CLASSES } from "./classes-again.ts";
import { ANTHROPIC_CLASSES } from "./classes-anthropic.ts";
import { CLIENT_CLASSES } from "./classes-clients.ts";
import { DRAIN_CLASSES } from "./classes-drain.ts";
import { GEMINI_CLASSES } from "./classes-gemini.ts";
import { OPENAI_CLASSES } from "./classes-openai.ts";
import type { Tariff } from "./price.ts";

/** What the upstream does with a request. */
export type Behaviour =
  /** A whole answer, with its usage where the kind of usage has one. */
  | "answer"
  /** A stream without its last event, its usage sent. */
  | "no-last-event"
  /** Usage so far with every chunk. */
  | "cumulative"
  /** Usage in Groq's own envelope. */
  | "groq"
  /** More text than sockets can hold. */
  | "large"
  /** All but the last event, then a broken connection: once the client has it all, or at once. */
  | "cut-after-usage"
  | "cut-at-once"
  /** Some of the text, then an early end, or a broken connection once the client has words of it. */
  | "cut-mid"
  | "error-mid"
  | "silent-mid"
  /** Usage so far, more text without any, then the end. */
  | "cut-after-early-usage"
  /** Nothing at all, until the other side leaves. */
  | "silent-first"
  /** A whole answer, which begins, or goes on after its first words, only when the client has left. */
  | "held-first"
  | "held-mid"
  /** All but the last event, then nothing. */
  | "silent-after-usage"
  | "error-status"
  /** Status 200, and an error where the answer should be. */
  | "error-first"
  | "error-body"
  | "cut-first"
  | "reset-first"
  /** The answer's JSON up to somewhere in its middle. */
  | "cut-body"
  | "empty";

export type UsageKind =
  | "plain"
  | "zero"
  /** Within what the request's hold was made for, as an honest provider's is. */
  | "honest"
  /** Exactly at the limit of what is believed. */
  | "edge"
  /** Its parts are said to be more than what they are parts of. */
  | "overfull"
  /** The same for every request. */
  | "fixed"
  | "absent"
  | "absurd";

/** What the client does with the answer. */
export type ClientWay =
  | "read"
  | "read-slowly"
  /** Tells the upstream when it has words, or the finish reason, so that this can break off then. */
  | "read-and-tell"
  /** Leaves once the upstream has the request. */
  | "leave-early"
  /** Leaves at the first words. */
  | "leave-mid"
  /** Leaves at the finish reason. */
  | "leave-at-finish"
  | "leave-anytime"
  /** Asks again under the same idempotency key: once it has the answer, at once, or after leaving at the first words. */
  | "ask-twice"
  | "ask-at-once"
  | "leave-mid-and-ask"
  /** Closes its half of the connection once it has asked. */
  | "half-close"
  | "wrong-key"
  | "wrong-model"
  | "wrong-body";

export type Payer = "rich" | "poor";

/** Endings and sources of docs/billing.md that a class may have. */
export type Ending =
  | "completed"
  | "refused"
  | "upstream_failed"
  | "upstream_interrupted"
  | "client_left_early"
  | "client_left"
  | "drained";
export type Source = "reported" | "estimated" | "none";

export interface BookClass {
  /** Also the model's id. */
  id: string;
  provider:
    | "oa"
    | "an"
    | "ge"
    | "oa-deaf"
    | "oa-stalling"
    | "oa-drain"
    | "an-drain"
    | "oa-drain-short";
  mode: "whole" | "stream" | "both";
  /** How many of all requests, in thousandths or so. */
  weight: number;
  upstream: Behaviour;
  usage: UsageKind;
  client: ClientWay;
  payer: Payer;
  tariff: Tariff;
  /** Answers to one request. */
  choices: number;
  endings: readonly Ending[];
  sources: readonly Source[];
}

export type ClassOptions = Pick<BookClass, "id" | "weight" | "upstream" | "endings" | "sources"> &
  Partial<BookClass>;

export const CONTEXT_WINDOW = 20_000;
export const MAX_OUTPUT = 2_000;
/** How far beyond a model's limits a report is believed. */
export const LIMIT_SLACK = 4;

export const CLASSES: readonly BookClass[] = [
  ...OPENAI_CLASSES,
  ...ANTHROPIC_CLASSES,
  ...GEMINI_CLASSES,
  ...CLIENT_CLASSES,
  ...DRAIN_CLASSES,
  ...AGAIN_CLASSES,
];

const byId = new Map(CLASSES.map((one) => [one.id, one]));

/** @throws Error when there is no such class */
export function classOf(id: string): BookClass {
  const found = byId.get(id);
  if (found === undefined) throw new Error(`no class ${id}`);
  return found;
}
