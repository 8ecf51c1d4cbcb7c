// Anthropic's dialect, as the upstream speaks it: input without its cached part, usage in two pieces.

import { createRandom } from "../../support/random.ts";
import { type Plan, SALT } from "../plan.ts";
import type { Usage } from "../price.ts";
import { ABSURD_COUNTS, beyondBelief } from "../usage.ts";
import type { Dialect, ErrorKind, Event } from "./script.ts";

type Counts = Record<string, unknown>;

function inputCounts({ input, cached, written, written1h }: Usage): Counts {
  return {
    input_tokens: input - cached - written - written1h,
    ...(cached > 0 && { cache_read_input_tokens: cached }),
    ...(written + written1h > 0 && {
      cache_creation_input_tokens: written + written1h,
      cache_creation: {
        ephemeral_5m_input_tokens: written,
        ephemeral_1h_input_tokens: written1h,
      },
    }),
  };
}

function outputCounts({ output, reasoning }: Usage): Counts {
  return {
    output_tokens: output,
    ...(reasoning > 0 && { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}

/** A count at the start or at the end that nobody should believe. */
function absurd(plan: Plan): { start: Counts; end: Counts } {
  const random = createRandom(plan.index, SALT.error);
  const count = random.pick(ABSURD_COUNTS);
  const beyond = beyondBelief(plan.book.choices);
  return random.pick([
    { start: { input_tokens: count }, end: {} },
    { start: { cache_read_input_tokens: count }, end: {} },
    { start: { input_tokens: beyond.input }, end: {} },
    { start: {}, end: { output_tokens: count } },
    { start: {}, end: { output_tokens: beyond.output } },
  ]);
}

/** The two halves of the report. */
function reports(plan: Plan, usage: Usage): { start: Counts | null; end: Counts | null } {
  if (plan.book.usage === "absent") return { start: null, end: null };
  const start = inputCounts(usage);
  const end = outputCounts(usage);
  if (plan.book.usage !== "absurd") return { start, end };
  const wrong = absurd(plan);
  return { start: { ...start, ...wrong.start }, end: { ...end, ...wrong.end } };
}

const believed = ({ book }: Plan) => book.usage !== "absent" && book.usage !== "absurd";

const message = ({ book, index }: Plan, rest: object) => ({
  id: `msg_${index}`,
  type: "message",
  role: "assistant",
  model: book.id,
  stop_sequence: null,
  ...rest,
});

function whole(plan: Plan, usage: Usage) {
  const { start, end } = reports(plan, usage);
  const text = plan.pieces.join("");
  const content = [
    ...(plan.thinking === "" ? [] : [{ type: "thinking", thinking: plan.thinking, signature: "" }]),
    { type: "text", text },
  ];
  const body = message(plan, {
    content,
    stop_reason: "end_turn",
    ...(start !== null && { usage: { ...start, ...end } }),
  });
  return {
    text: JSON.stringify(body),
    ...(believed(plan) && { usage, isFinal: true }),
    outputBytes: Buffer.byteLength(text + plan.thinking),
  };
}

function events(plan: Plan, usage: Usage): Event[] {
  const { start, end } = reports(plan, usage);
  // The first report has next to no output; the last one's output replaces it.
  const early: Usage = { ...usage, output: Math.min(1, usage.output), reasoning: 0 };
  const opening = message(plan, {
    content: [],
    stop_reason: null,
    ...(start !== null && { usage: { ...start, output_tokens: early.output } }),
  });
  const repeated = plan.index % 2 === 0 ? start : null;
  return [
    event("start", { type: "message_start", message: opening }, 0, {
      ...(believed(plan) && { usage: early, isFinal: false }),
    }),
    event("start", { type: "ping" }),
    ...block(0, "thinking", plan.thinking === "" ? [] : [plan.thinking]),
    ...block(1, "text", plan.pieces),
    event(
      "usage",
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn", stop_sequence: null },
        ...(end !== null && { usage: { ...repeated, ...end } }),
      },
      0,
      believed(plan) ? { usage, isFinal: true } : {},
    ),
    event("last", { type: "message_stop" }),
  ];
}

function block(index: number, kind: "text" | "thinking", pieces: readonly string[]): Event[] {
  if (pieces.length === 0) return [];
  return [
    event("start", {
      type: "content_block_start",
      index,
      content_block: { type: kind, [kind]: "" },
    }),
    ...pieces.map((piece) => {
      const delta = { type: `${kind}_delta`, [kind]: piece };
      return event("text", { type: "content_block_delta", index, delta }, Buffer.byteLength(piece));
    }),
    event("start", { type: "content_block_stop", index }),
  ];
}

function event(
  role: Event["role"],
  body: { type: string; [field: string]: unknown },
  outputBytes = 0,
  told: Pick<Event, "usage" | "isFinal"> = {},
): Event {
  return { role, name: body.type, data: JSON.stringify(body), outputBytes, ...told };
}

const ERRORS: Record<ErrorKind, object> = {
  overloaded: { type: "overloaded_error", message: "overloaded" },
  invalid: { type: "invalid_request_error", message: "no" },
  rate: { type: "rate_limit_error", message: "slow down" },
  server: { type: "api_error", message: "it broke" },
};
const errorOf = (kind: ErrorKind) => ({ type: "error", error: ERRORS[kind] });

export const ANTHROPIC: Dialect = {
  whole,
  events,
  errorBody: (kind) => JSON.stringify(errorOf(kind)),
  errorEvent: (kind) => event("text", errorOf(kind)),
  emptyStream: [event("start", { type: "ping" })],
  emptyWhole: '{"id":"x","type":"message"}',
};
