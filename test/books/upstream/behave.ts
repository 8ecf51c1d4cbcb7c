// From a plan to a script: what the upstream does with a request of each class.

import { createRandom, type Random } from "../../support/random.ts";
import type { BookClass } from "../classes.ts";
import { type Plan, SALT } from "../plan.ts";
import type { Usage } from "../price.ts";
import { ANTHROPIC } from "./anthropic.ts";
import { GEMINI } from "./gemini.ts";
import { OPENAI } from "./openai.ts";
import {
  type Dialect,
  type Ending,
  ERROR_KINDS,
  type Event,
  type Part,
  type Script,
} from "./script.ts";

const STATUSES = [400, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504, 529, 302] as const;

const DIALECTS: Record<BookClass["provider"], Dialect> = {
  oa: OPENAI,
  "oa-deaf": OPENAI,
  "oa-stalling": OPENAI,
  "oa-drain": OPENAI,
  "oa-drain-short": OPENAI,
  an: ANTHROPIC,
  "an-drain": ANTHROPIC,
  ge: GEMINI,
};

interface Making {
  plan: Plan;
  usage: Usage;
  dialect: Dialect;
  random: Random;
}

export function scriptOf(seed: number, plan: Plan, usage: Usage): Script {
  const dialect = DIALECTS[plan.book.provider];
  const random = createRandom(seed, plan.index, SALT.error);
  const making = { plan, usage, dialect, random };
  return failing(making) ?? (plan.stream ? streamed(making) : whole(making));
}

/** The scripts of those that never begin to answer; null for the others. */
function failing({ plan, dialect, random }: Making): Script | null {
  const kind = random.pick(ERROR_KINDS);
  const event = (one: Event): Part[] => [{ text: framed(random, one) }];
  switch (plan.book.upstream) {
    case "silent-first":
      return { ...base(plan, []), ending: "silence", hasHead: random.chance(0.5) && plan.stream };
    case "cut-first":
      return { ...base(plan, []), ending: "cut", hasHead: random.chance(0.5) };
    case "reset-first":
      return { ...base(plan, []), ending: "reset", hasHead: random.chance(0.5) };
    case "error-first":
      return base(plan, event(dialect.errorEvent(kind)));
    case "error-body":
      return { ...base(plan, [{ text: dialect.errorBody(kind) }]), contentType: JSON_TYPE };
    case "error-status": {
      const text = random.pick([dialect.errorBody(kind), "<html>Bad gateway</html>", "", "{"]);
      const contentType = text.startsWith("{") ? JSON_TYPE : "text/html";
      return { ...base(plan, [{ text }]), status: random.pick(STATUSES), contentType };
    }
    case "empty":
      return plan.stream
        ? base(plan, dialect.emptyStream.flatMap(event))
        : base(plan, [{ text: dialect.emptyWhole }]);
    default:
      return null;
  }
}

const JSON_TYPE = "application/json";

const base = (plan: Plan, parts: readonly Part[]): Script => ({
  status: 200,
  contentType: plan.stream ? "text/event-stream" : JSON_TYPE,
  parts,
  ending: "end",
  endsWhenRead: false,
  heldAfter: plan.book.upstream === "held-first" ? 0 : null,
  hasHead: true,
});

function whole({ plan, usage, dialect, random }: Making): Script {
  const part = dialect.whole(plan, usage);
  if (plan.book.upstream !== "cut-body") return base(plan, [part]);
  const text = part.text.slice(0, random.between(1, part.text.length - 1));
  return { ...base(plan, [{ text }]), ending: "cut" };
}

function streamed(making: Making): Script {
  const { plan, usage, dialect, random } = making;
  const events = dialect.events(plan, usage);
  const upTo = (list: readonly Event[], ending: Ending): Script => ({
    ...base(
      plan,
      list.map((event) => ({ ...event, text: framed(random, event) })),
    ),
    ending,
    endsWhenRead: ending !== "end" && plan.book.client === "read-and-tell",
  });
  const allButLast = events.filter(({ role }) => role !== "last");
  const broken = random.pick(["cut", "reset"] as const);
  switch (plan.book.upstream) {
    case "no-last-event":
      return upTo(allButLast, "end");
    case "cut-after-usage":
    case "cut-at-once":
      return upTo(allButLast, broken);
    case "silent-after-usage":
      return upTo(allButLast, "silence");
    case "cut-mid":
      return upTo(middle(making, events, 1), random.pick(["end", broken] as const));
    case "cut-after-early-usage":
      return upTo(middle(making, events, 2), "end");
    case "silent-mid":
      return upTo(middle(making, events, 1), "silence");
    case "held-mid": {
      const firstText = events.findIndex(({ role }) => role === "text");
      return { ...upTo(events, "end"), heldAfter: firstText + 1 };
    }
    case "error-mid":
      return upTo(
        [...middle(making, events, 1), dialect.errorEvent(random.pick(ERROR_KINDS))],
        "end",
      );
    default:
      return upTo(events, "end");
  }
}

/** The beginning and some of the text. */
function middle({ random }: Making, events: readonly Event[], leastTexts: number): Event[] {
  const texts = events.filter(({ role }) => role === "text").length;
  let left = random.between(leastTexts, texts);
  const end = events.findIndex(({ role }) => role === "text" && --left === 0);
  return events.slice(0, end + 1);
}

/** An event in one of the forms that the format allows. */
function framed(random: Random, { name, data }: Event): string {
  const eol = random.chance(0.3) ? "\r\n" : "\n";
  const space = random.chance(0.8) ? " " : "";
  const comment = random.chance(0.1) ? `: keep-alive${eol}${eol}` : "";
  const head = name === undefined ? "" : `event: ${name}${eol}`;
  const isSpread = data.startsWith("{") && random.chance(0.05);
  const lines = isSpread ? JSON.stringify(JSON.parse(data), null, 1).split("\n") : [data];
  return `${comment}${head}${lines.map((line) => `data:${space}${line}${eol}`).join("")}${eol}`;
}
