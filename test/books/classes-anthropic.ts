// Classes of an upstream that speaks Anthropic's dialect: input without its cached part, usage in two pieces.
import type { BookClass, ClassOptions } from "./classes.ts";
import { bookClass, CACHED, DEAR, MARKED_UP, REASONING } from "./tariffs.ts";

const REPORTED = { endings: ["completed"], sources: ["reported"] } as const;
const ESTIMATED = { endings: ["completed"], sources: ["estimated"] } as const;
const INTERRUPTED = { endings: ["upstream_interrupted"], sources: ["estimated"] } as const;
const FREE = { endings: ["upstream_failed"], sources: ["none"] } as const;

const anthropic = (options: ClassOptions) =>
  bookClass({ provider: "an", tariff: CACHED, ...options });

export const ANTHROPIC_CLASSES: readonly BookClass[] = [
  anthropic({ id: "an-whole", weight: 70, mode: "whole", upstream: "answer", ...REPORTED }),
  anthropic({ id: "an-stream", weight: 110, mode: "stream", upstream: "answer", ...REPORTED }),
  anthropic({
    id: "an-thinks",
    weight: 20,
    upstream: "answer",
    tariff: REASONING,
    ...REPORTED,
  }),
  anthropic({ id: "an-zero", weight: 8, upstream: "answer", usage: "zero", ...REPORTED }),
  anthropic({
    id: "an-poor",
    weight: 20,
    upstream: "answer",
    usage: "honest",
    payer: "poor",
    tariff: DEAR,
    ...REPORTED,
  }),
  anthropic({
    id: "an-no-stop",
    weight: 15,
    mode: "stream",
    upstream: "no-last-event",
    endings: ["completed"],
    sources: ["reported"],
  }),
  anthropic({
    id: "an-cut-after-usage",
    weight: 10,
    mode: "stream",
    upstream: "cut-after-usage",
    client: "read-and-tell",
    endings: ["completed", "upstream_interrupted"],
    sources: ["reported"],
  }),
  anthropic({ id: "an-absent", weight: 10, upstream: "answer", usage: "absent", ...ESTIMATED }),
  anthropic({ id: "an-absurd", weight: 15, upstream: "answer", usage: "absurd", ...ESTIMATED }),
  anthropic({
    id: "an-cut-mid",
    weight: 20,
    mode: "stream",
    upstream: "cut-mid",
    client: "read-and-tell",
    tariff: MARKED_UP,
    ...INTERRUPTED,
  }),
  anthropic({
    id: "an-error-mid",
    weight: 10,
    mode: "stream",
    upstream: "error-mid",
    ...INTERRUPTED,
  }),
  anthropic({ id: "an-error-status", weight: 20, upstream: "error-status", ...FREE }),
  anthropic({ id: "an-error-first", weight: 10, mode: "stream", upstream: "error-first", ...FREE }),
  anthropic({ id: "an-error-body", weight: 6, upstream: "error-body", ...FREE }),
  anthropic({ id: "an-cut-first", weight: 6, upstream: "cut-first", ...FREE }),
  anthropic({ id: "an-empty", weight: 4, upstream: "empty", ...FREE }),
  // This dialect has one answer to a request: the gateway refuses after the hold.
  anthropic({
    id: "an-choices",
    weight: 5,
    upstream: "answer",
    choices: 2,
    endings: ["refused"],
    sources: ["none"],
  }),
];
