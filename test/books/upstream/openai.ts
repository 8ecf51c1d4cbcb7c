// OpenAI's dialect, as the upstream speaks it.

import { createRandom } from "../../support/random.ts";
import type { Plan } from "../plan.ts";
import { SALT } from "../plan.ts";
import type { Usage } from "../price.ts";
import { ABSURD_COUNTS, beyondBelief, NO_USAGE } from "../usage.ts";
import type { Dialect, ErrorKind, Event } from "./script.ts";

const CREATED = 1_790_000_000;

interface Report {
  prompt_tokens: unknown;
  completion_tokens: unknown;
  total_tokens: unknown;
  prompt_tokens_details?: Record<string, unknown>;
  completion_tokens_details?: Record<string, unknown>;
}

function report({ input, cached, written, output, reasoning }: Usage): Report {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(cached + written > 0 && {
      prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
    }),
    ...(reasoning > 0 && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}

/** The report with one count that nobody should believe. */
function absurd(plan: Plan, usage: Usage): unknown {
  const random = createRandom(plan.index, SALT.error);
  const right = report(usage);
  const count = random.pick(ABSURD_COUNTS);
  const beyond = beyondBelief(plan.book.choices);
  return random.pick<() => unknown>([
    () => ({ ...right, prompt_tokens: count }),
    () => ({ ...right, completion_tokens: count }),
    () => ({ ...right, prompt_tokens_details: { cached_tokens: count } }),
    () => ({ ...right, completion_tokens_details: { reasoning_tokens: count } }),
    () => ({ ...right, prompt_tokens: beyond.input }),
    () => ({ ...right, completion_tokens: beyond.output }),
    () => ({ prompt_tokens: usage.input }),
    () => "none",
    () => [],
  ])();
}

/** What stands as `usage` in an answer; undefined where it has none. */
function usageField(plan: Plan, usage: Usage): unknown {
  if (plan.book.usage === "absent") return plan.index % 2 === 0 ? undefined : null;
  if (plan.book.usage === "absurd") return absurd(plan, usage);
  return report(plan.book.usage === "overfull" ? overfull(plan, usage) : usage);
}

const overfull = ({ index }: Plan, usage: Usage): Usage => ({
  ...usage,
  cached: usage.cached + 1 + (index % 50),
  reasoning: usage.reasoning + 1 + (index % 70),
});

const believed = ({ book }: Plan) => book.usage !== "absent" && book.usage !== "absurd";
const told = (plan: Plan, usage: Usage, isFinal = true) =>
  believed(plan) ? { usage, isFinal } : {};

function whole(plan: Plan, usage: Usage) {
  const content = plan.pieces.join("");
  const choices = Array.from({ length: plan.book.choices }, (_, index) => ({
    index,
    message: {
      role: "assistant",
      content,
      ...(plan.thinking !== "" && { reasoning_content: plan.thinking }),
    },
    finish_reason: "stop",
  }));
  const field = usageField(plan, usage);
  const body = {
    ...envelope(plan, "chat.completion"),
    choices,
    ...(plan.book.upstream === "groq" ? { x_groq: { usage: field } } : { usage: field }),
  };
  return {
    text: JSON.stringify(body),
    ...told(plan, usage),
    outputBytes: Buffer.byteLength(content + plan.thinking) * plan.book.choices,
  };
}

const envelope = ({ book, index }: Plan, object: string) => ({
  id: `chatcmpl-${index}`,
  object,
  created: CREATED,
  model: book.id,
});

function events(plan: Plan, usage: Usage): Event[] {
  const { upstream, choices } = plan.book;
  const list: Event[] = [];
  const isCumulative = upstream === "cumulative" || upstream === "cut-after-early-usage";
  const add = (role: Event["role"], choice: number, delta: object, outputBytes: number) => {
    // Early reports have all of the input, and grow with the text.
    const soFar = { ...usage, output: Math.min(usage.output, list.length), reasoning: 0 };
    const early = isCumulative && (upstream === "cumulative" || list.length < 2);
    // Some send it with the finish reason.
    const final = upstream === "cut-after-usage" && role === "finish";
    list.push({
      role,
      data: chunk(plan, {
        choices: [{ index: choice, delta, finish_reason: role === "finish" ? "stop" : null }],
        ...(early && { usage: report(soFar) }),
        ...(final && { usage: report(usage) }),
      }),
      outputBytes,
      ...(early && { usage: soFar, isFinal: false }),
      ...(final && { usage, isFinal: true }),
    });
  };
  for (let choice = 0; choice < choices; choice++) {
    add("start", choice, { role: "assistant", content: "" }, 0);
    if (plan.thinking !== "") {
      const bytes = Buffer.byteLength(plan.thinking);
      add("text", choice, { reasoning_content: plan.thinking }, bytes);
    }
  }
  for (const content of plan.pieces) {
    for (let choice = 0; choice < choices; choice++) {
      add("text", choice, { content }, Buffer.byteLength(content));
    }
  }
  for (let choice = 0; choice < choices; choice++) add("finish", choice, {}, 0);
  return [...list, ...usageEvents(plan, usage), { role: "last", data: "[DONE]" }];
}

/** The usage in a chunk of its own; some of OpenAI's kin put `choices` there, or leave it out. */
function usageEvents(plan: Plan, usage: Usage): Event[] {
  const field = usageField(plan, usage);
  if (field === undefined || plan.book.upstream === "cut-after-usage") return [];
  const holder = plan.book.upstream === "groq" ? { x_groq: { usage: field } } : { usage: field };
  const choices = plan.index % 3 === 0 ? {} : { choices: [] };
  return [{ role: "usage", data: chunk(plan, { ...choices, ...holder }), ...told(plan, usage) }];
}

function chunk(plan: Plan, rest: object): string {
  const body = { ...envelope(plan, "chat.completion.chunk"), ...rest };
  return JSON.stringify(body);
}

const ERRORS: Record<ErrorKind, object> = {
  overloaded: { message: "overloaded", type: "server_error", code: "overloaded" },
  invalid: { message: "no", type: "invalid_request_error", code: "invalid_value", param: "n" },
  rate: { message: "slow down", type: "rate_limit_error", code: "rate_limit_exceeded" },
  server: { message: "it broke", type: "server_error", code: null, usage: report(NO_USAGE) },
};
const errorBody = (kind: ErrorKind) => JSON.stringify({ error: ERRORS[kind] });

export const OPENAI: Dialect = {
  whole,
  events,
  errorBody,
  errorEvent: (kind) => ({ role: "text", data: errorBody(kind) }),
  emptyStream: [{ role: "last", data: "[DONE]" }],
  emptyWhole: '{"id":"x","object":"chat.completion","choices":[]}',
};
