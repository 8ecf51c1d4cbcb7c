// What docs/billing.md says of one record: gives what is wrong with it, or null.
import { CONTEXT_WINDOW, MAX_OUTPUT } from "../classes.ts";
import { priced, pricedAtMost, type Usage } from "../price.ts";
import { FIXED_USAGE, NO_USAGE } from "../usage.ts";
import type { RecordCase, SentCase } from "./case.ts";

export type Rule = (one: RecordCase) => string | null;

/** Fewest words of any prompt, its number included. */
const LEAST_WORDS = 4;
/** What an estimate may put around a message, in tokens. */
const TEMPLATE_TOKENS = 4;
const FLOOR_OUTPUT = 256;

export const isAsDeclared: Rule = ({ book, record }) =>
  book.endings.includes(record.ending) && book.sources.includes(record.source)
    ? null
    : `ended ${record.ending}, usage ${record.source}`;

export const isOfItsRequest: Rule = ({ book, record, sent }) => {
  if (sent === null) return null;
  const { plan, outcome } = sent;
  return plan.book.id === book.id &&
    plan.stream === record.stream &&
    outcome.account === record.account
    ? null
    : `belongs to ${record.account}'s ${record.model}, asked was ${outcome.account}'s ${plan.book.id}`;
};

/** Usage that the upstream reported in full is charged to the micro-dollar. */
export const isChargedAsReported: Rule = ({ book, record, ...found }) => {
  if (record.source !== "reported") return null;
  const reported = book.usage === "fixed" ? FIXED_USAGE : found.reported;
  if (reported === null) return "the upstream never reported what was charged";
  const expected = priced(book.tariff, reported);
  const cost = record.charged + record.shortfall;
  if (cost !== expected) return `cost ${cost}, the upstream's usage costs ${expected}`;
  return sameUsage(record.usage, reported) ? null : `recorded ${JSON.stringify(record.usage)}`;
};

const sameUsage = (one: Usage | null, other: Usage): boolean =>
  one !== null &&
  (Object.keys(other) as (keyof Usage)[]).every((name) => one[name] === other[name]);

/** An estimate is what its tokens cost, at least the input, and never beyond the hold. */
export const isFairEstimate: Rule = ({ book, record, sent }) => {
  if (record.source !== "estimated") return null;
  const { usage, charged, held } = record;
  if (usage === null) return "an estimate without tokens";
  const cost = priced(book.tariff, usage);
  if (charged !== least(cost, held)) return `charged ${charged} of ${cost}, held ${held}`;
  if (record.unbilled !== cost - charged) return `unbilled ${record.unbilled}`;
  const floor = least(held, floorOf(book.tariff, sent));
  if (charged < floor) return `charged ${charged}, less than the input's ${floor}`;
  // The half of a report that can be believed may count, so only the hold bounds those.
  const isOpen = sent === null || book.usage === "absurd";
  const ceiling = isOpen ? held : ceilingOf(book.tariff, sent);
  return charged <= ceiling ? null : `charged ${charged}, all it can have been is ${ceiling}`;
};

const least = (one: bigint, other: bigint) => (one < other ? one : other);

type Tariff = RecordCase["book"]["tariff"];

function floorOf(tariff: Tariff, sent: SentCase | null): bigint {
  // Of a stream that was broken off, the last reports may never have arrived.
  const isSeenWhole = sent?.plan.book.client === "read";
  const early = (isSeenWhole ? sent?.tally?.lastEarly : sent?.tally?.early) ?? null;
  if (early !== null) return priced(tariff, early);
  const words = priced(tariff, { ...NO_USAGE, input: sent?.plan.words ?? LEAST_WORDS });
  const used = sent?.tally?.used ?? null;
  if (sent?.plan.book.usage !== "absurd" || used === null) return words;
  // Of a report with one impossible count the input may be believed, which can be less than the words would cost.
  return least(words, priced(tariff, { ...used, output: 0, reasoning: 0 }));
}

function ceilingOf(tariff: Tariff, { plan, tally }: SentCase): bigint {
  const early = tally?.lastEarly ?? null;
  const input = early?.input || Buffer.byteLength(plan.prompt) + TEMPLATE_TOKENS;
  const output = Math.max(tally?.outputBytes ?? 0, early?.output ?? 0);
  if (early === null) return pricedAtMost(tariff, input, output);
  return priced(tariff, early) + pricedAtMost(tariff, 0, output);
}

/** What was reported of the input before the end is charged as it was reported. */
export const keepsEarlyInput: Rule = ({ record, sent }) => {
  const early = sent?.tally?.early ?? null;
  if (record.source !== "estimated" || early === null || early.input === 0) return null;
  const { usage } = record;
  const parts = ["input", "cached", "written", "written1h"] as const;
  return usage !== null && parts.every((part) => usage[part] === early[part])
    ? null
    : `reported early ${JSON.stringify(early)}, recorded ${JSON.stringify(usage)}`;
};

export const isFreeWithoutUsage: Rule = ({ record }) =>
  record.source === "none" && (record.charged !== 0n || record.usage !== null)
    ? `charged ${record.charged} without usage`
    : null;

/** Only a request beyond its hold can be more than its account can pay. */
export const isPaid: Rule = ({ book, record }) =>
  record.shortfall === 0n || (book.id === "oa-beyond" && record.charged >= record.held)
    ? null
    : `wrote off ${record.shortfall}, charged ${record.charged}, held ${record.held}`;

/** The hold is the bound that docs/billing.md gives, and pays for the limit that the upstream was told. */
export const isHoldRight: Rule = ({ book, record, sent }) => {
  if (sent === null) return null;
  const { plan, outcome, tally } = sent;
  const input = Math.min(outcome.bodyBytes, CONTEXT_WINDOW);
  const bound = (limit: number) => pricedAtMost(book.tariff, input, limit * book.choices);
  const { held } = record;
  if (plan.limitField !== null) {
    const limit = Math.min(plan.limit, MAX_OUTPUT);
    if (held !== bound(limit)) return `held ${held}, not ${bound(limit)}`;
    return tally === null || tally.limit === limit ? null : `sent a limit of ${tally.limit}`;
  }
  if (held < bound(FLOOR_OUTPUT) || held > bound(MAX_OUTPUT)) return `held ${held}`;
  return tally === null || held >= bound(tally.limit ?? MAX_OUTPUT)
    ? null
    : `held ${held}, but sent a limit of ${tally.limit}`;
};
