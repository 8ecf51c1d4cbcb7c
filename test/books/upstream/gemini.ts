// Gemini's dialect, as the upstream speaks it: thinking counted apart, usage so far with every event, no last event.

import { createRandom } from "../../support/random.ts";
import { type Plan, SALT } from "../plan.ts";
import type { Usage } from "../price.ts";
import { ABSURD_COUNTS, beyondBelief } from "../usage.ts";
import type { Dialect, ErrorKind, Event } from "./script.ts";

type Counts = Record<string, unknown>;

function report({ input, cached, output, reasoning }: Usage): Counts {
  return {
    promptTokenCount: input,
    totalTokenCount: input + output,
    // Zeros are left out.
    ...(cached > 0 && { cachedContentTokenCount: cached }),
    ...(output > reasoning && { candidatesTokenCount: output - reasoning }),
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
  };
}

function absurd(plan: Plan, usage: Usage): unknown {
  const random = createRandom(plan.index, SALT.error);
  const right = report(usage);
  const count = random.pick(ABSURD_COUNTS);
  const beyond = beyondBelief(plan.book.choices);
  return random.pick([
    { ...right, promptTokenCount: count },
    { ...right, candidatesTokenCount: count },
    { ...right, thoughtsTokenCount: count },
    { ...right, cachedContentTokenCount: count },
    { ...right, promptTokenCount: beyond.input },
    { ...right, candidatesTokenCount: beyond.output },
    {},
    "none",
  ]);
}

const believed = ({ book }: Plan) => book.usage !== "absent" && book.usage !== "absurd";
const told = (plan: Plan, usage: Usage, isFinal: boolean) =>
  believed(plan) ? { usage, isFinal } : {};

/** The final report; undefined where there is none. */
function final(plan: Plan, usage: Usage): unknown {
  if (plan.book.usage === "absent") return undefined;
  return plan.book.usage === "absurd" ? absurd(plan, usage) : report(usage);
}

interface Said {
  text: string;
  thought?: true;
}

function body(
  { book, index }: Plan,
  parts: readonly Said[],
  usageMetadata: unknown,
  ends: boolean,
) {
  const candidates = Array.from({ length: book.choices }, (_, choice) => ({
    // The first index is left out.
    ...(choice > 0 && { index: choice }),
    content: { role: "model", parts },
    ...(ends && { finishReason: "STOP" }),
  }));
  return JSON.stringify({
    candidates,
    responseId: `ge-${index}`,
    modelVersion: book.id,
    ...(usageMetadata !== undefined && { usageMetadata }),
  });
}

const thought = ({ thinking }: Plan): Said[] =>
  thinking === "" ? [] : [{ text: thinking, thought: true }];

function whole(plan: Plan, usage: Usage) {
  const text = plan.pieces.join("");
  return {
    text: body(plan, [...thought(plan), { text }], final(plan, usage), true),
    ...told(plan, usage, true),
    outputBytes: Buffer.byteLength(text + plan.thinking) * plan.book.choices,
  };
}

function events(plan: Plan, usage: Usage): Event[] {
  const said = [...thought(plan), ...plan.pieces.map((text): Said => ({ text }))];
  const list = said.map((part, position): Event => {
    const early = { ...usage, output: Math.min(usage.output, position), reasoning: 0 };
    return {
      role: "text",
      data: body(plan, [part], believed(plan) ? report(early) : undefined, false),
      outputBytes: Buffer.byteLength(part.text) * plan.book.choices,
      ...told(plan, early, false),
    };
  });
  const last = body(plan, [], final(plan, usage), true);
  return [...list, { role: "finish", data: last, ...told(plan, usage, true) }];
}

const ERRORS: Record<ErrorKind, object> = {
  overloaded: { code: 503, message: "overloaded", status: "UNAVAILABLE" },
  invalid: { code: 400, message: "no", status: "INVALID_ARGUMENT" },
  rate: { code: 429, message: "slow down", status: "RESOURCE_EXHAUSTED" },
  server: { code: 500, message: "it broke", status: "INTERNAL" },
};
const errorBody = (kind: ErrorKind) => JSON.stringify({ error: ERRORS[kind] });

export const GEMINI: Dialect = {
  whole,
  events,
  errorBody,
  errorEvent: (kind) => ({ role: "text", data: errorBody(kind) }),
  emptyStream: [{ role: "start", data: "{}" }],
  emptyWhole: "{}",
};
