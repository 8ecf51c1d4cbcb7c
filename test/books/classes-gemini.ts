// Classes of an upstream that speaks Gemini's dialect: thinking beside the output, usage so far with every event.
import type { BookClass, ClassOptions } from "./classes.ts";
import { bookClass, DEAR, MARKED_UP, REASONING } from "./tariffs.ts";

const REPORTED = { endings: ["completed"], sources: ["reported"] } as const;
const ESTIMATED = { endings: ["completed"], sources: ["estimated"] } as const;
const FREE = { endings: ["upstream_failed"], sources: ["none"] } as const;

const gemini = (options: ClassOptions) =>
  bookClass({ provider: "ge", tariff: REASONING, ...options });

export const GEMINI_CLASSES: readonly BookClass[] = [
  gemini({ id: "ge-whole", weight: 30, mode: "whole", upstream: "answer", ...REPORTED }),
  gemini({ id: "ge-stream", weight: 50, mode: "stream", upstream: "answer", ...REPORTED }),
  gemini({ id: "ge-choices", weight: 8, upstream: "answer", choices: 2, ...REPORTED }),
  gemini({ id: "ge-zero", weight: 5, upstream: "answer", usage: "zero", ...REPORTED }),
  gemini({
    id: "ge-poor",
    weight: 8,
    upstream: "answer",
    usage: "honest",
    payer: "poor",
    tariff: DEAR,
    ...REPORTED,
  }),
  gemini({ id: "ge-absent", weight: 8, upstream: "answer", usage: "absent", ...ESTIMATED }),
  gemini({ id: "ge-absurd", weight: 8, upstream: "answer", usage: "absurd", ...ESTIMATED }),
  gemini({
    id: "ge-cut-mid",
    weight: 12,
    mode: "stream",
    upstream: "cut-mid",
    client: "read-and-tell",
    tariff: MARKED_UP,
    endings: ["upstream_interrupted"],
    sources: ["estimated"],
  }),
  gemini({
    id: "ge-leave-mid",
    weight: 10,
    mode: "stream",
    upstream: "silent-mid",
    client: "leave-mid",
    tariff: MARKED_UP,
    endings: ["client_left"],
    sources: ["estimated"],
  }),
  gemini({ id: "ge-error-first", weight: 6, mode: "stream", upstream: "error-first", ...FREE }),
  gemini({ id: "ge-error-status", weight: 6, upstream: "error-status", ...FREE }),
  gemini({ id: "ge-empty", weight: 4, upstream: "empty", ...FREE }),
];
