// What a request may cost, worked out anew from docs/billing.md and what the outside saw. No code of the gateway's.
import type { TokenUsage } from "../../src/base/chat.ts";
import type { Price } from "../../src/catalog/types.ts";
import { CONTEXT, FLOOR_TOKENS, OUTPUT_MAX, RETRIES, tokensOf } from "./house.ts";
import type { CallSeen, Journey } from "./journey.ts";
import type { PiecePlan } from "./plan.ts";
import { asUsage } from "./upstream-shapes.ts";

/** A way in which a request may have ended, and what it is charged for then. */
export interface Verdict {
  ending: string;
  /** What the client got, or would have got. */
  status: number;
  source: "reported" | "estimated" | "none";
  usage: TokenUsage | null;
}

/** Beyond so many times the model's limits a report cannot be true. */
const PLAUSIBLE_TIMES = 4;
const TOKENS_AROUND_A_MESSAGE = 4;

/** Micro-dollars for so many tokens at a rate each, marked up, rounded up once at the end. */
function priced(parts: [tokens: number, rate: number][], markupBasisPoints: number): number {
  let sum = 0n;
  for (const [tokens, rate] of parts) sum += BigInt(tokens) * BigInt(rate);
  const numerator = sum * BigInt(10_000 + markupBasisPoints);
  const denominator = 10_000_000_000n;
  const whole = numerator / denominator;
  return Number(numerator % denominator === 0n ? whole : whole + 1n);
}

/** What this usage costs at the price that the request was accepted at. */
export function costOf({ price, model }: Journey, usage: TokenUsage | null): number {
  if (price === null || usage === null) return 0;
  const cached = Math.min(usage.cachedTokens, usage.promptTokens);
  const thoughts =
    price.outputReasoning === undefined
      ? 0
      : Math.min(usage.reasoningTokens, usage.completionTokens);
  return priced(
    [
      [cached, (price.cacheRead ?? price.input).microPerMtok],
      [usage.promptTokens - cached, price.input.microPerMtok],
      [thoughts, (price.outputReasoning ?? price.output).microPerMtok],
      [usage.completionTokens - thoughts, price.output.microPerMtok],
    ],
    model.markupBasisPoints,
  );
}

/** The most that the input and so many output tokens can cost. */
export function boundOf(journey: Journey, outputTokens: number): number {
  const { price, model, plan } = journey;
  if (price === null) return 0;
  return priced(
    [
      [inputBound(journey), price.input.microPerMtok],
      [outputTokens * plan.choices, dearestOutput(price)],
    ],
    model.markupBasisPoints,
  );
}

const inputBound = ({ bodyBytes }: Journey): number => Math.min(bodyBytes, CONTEXT);
const dearestOutput = ({ output, outputReasoning }: Price): number =>
  Math.max(output.microPerMtok, outputReasoning?.microPerMtok ?? 0);

/** The output limit that the client named, as far as the model can go; null when it named none. */
export const namedLimit = ({ plan }: Journey): number | null =>
  plan.maxTokens === null ? null : Math.min(plan.maxTokens, OUTPUT_MAX);

/** The least hold. */
export const leastOf = (journey: Journey): number =>
  boundOf(journey, namedLimit(journey) ?? FLOOR_TOKENS);

/** Whether usage stays within what the request and its limit allow, so that the hold has to cover it. */
export function isHonest(journey: Journey, usage: TokenUsage, outputLimit: number): boolean {
  return (
    usage.promptTokens <= inputBound(journey) &&
    usage.completionTokens <= outputLimit * journey.plan.choices
  );
}

/** All verdicts that are right for what was seen up to now. */
export function verdicts(journey: Journey): Verdict[] {
  const { call, cutAtStep, leftAtStep } = journey;
  if (call === null) {
    if (journey.askedAborted) return cutAtStep === null ? [] : [nothing("server_stopped", 503)];
    return leftAtStep === null ? [] : [nothing("refused", 499)];
  }
  const isAnswered = call.ending === "ended" || (call.stream && call.given > 0);
  return isAnswered ? answered(journey, call) : unanswered(journey, call);
}

const FAILED_STATUS = { end: 200, fail: 502, refuse: 400, reject: 400, hang: 504 };

function unanswered(journey: Journey, call: CallSeen): Verdict[] {
  const { cutAtStep } = journey;
  const { end } = journey.plan.script;
  if (call.ending === "refused") {
    // Cut while it was being refused, or after that while the next try was waited for.
    const wasCut = call.abortedAtStep !== null && call.abortedAtStep === cutAtStep;
    if (wasCut) return [nothing("server_stopped", 503)];
    const isPaused = !isLastRefusal(journey);
    const found: Verdict[] = [];
    if (cutAtStep !== null && isPaused) found.push(nothing("server_stopped", 503));
    if (!isPaused || journey.leftAtStep !== null) found.push(nothing("upstream_failed", 503));
    return found;
  }
  const isCut = call.abortedAtStep !== null && call.abortedAtStep === cutAtStep;
  if (call.ending === "failed") {
    if (isCut) return [nothing("server_stopped", FAILED_STATUS[end])];
    return [nothing(end === "refuse" ? "refused" : "upstream_failed", FAILED_STATUS[end])];
  }
  if (call.abortedAtStep === null) return [];
  if (isCut) return [nothing("server_stopped", 503)];
  const usage = plain(promptEstimate(journey), 0);
  return [{ ending: "client_left_early", status: 499, source: "estimated", usage }];
}

/** Whether no try is left after a refusal, or of use. */
function isLastRefusal({ calls, plan }: Journey): boolean {
  const { refusalHint } = plan.script;
  return refusalHint === "no use" || refusalHint === "much later" || calls > RETRIES.max;
}

function answered(journey: Journey, call: CallSeen): Verdict[] {
  const endings = [...answeredEndings(journey, call)];
  const found: Verdict[] = [];
  const least = call.stream ? (call.givenAtAbort ?? call.given) : call.given;
  for (let given = least; given <= call.given; given++) {
    for (const [ending, status] of endings) {
      found.push({ ending, status, ...measured(journey, given) });
    }
  }
  return found;
}

function* answeredEndings(
  journey: Journey,
  call: CallSeen,
): Generator<[ending: string, status: number]> {
  const { signalledAtStep, leftAtStep, cutAtStep } = journey;
  const hasLeftBy = (step: number) => leftAtStep !== null && leftAtStep <= step;
  const isAborted = call.abortedAtStep !== null;
  if (call.ending === "ended") {
    if (signalledAtStep === null || signalledAtStep > call.endedAtStep) yield ["completed", 200];
    if (hasLeftBy(call.endedAtStep)) yield ["drained", 499];
    // An answer of nothing, whose end nobody had looked at when its client left: all names cost the same.
    if (call.given === 0 && leftAtStep !== null) {
      yield ["client_left", 499];
      yield ["drained", 499];
      if (cutAtStep !== null) yield ["server_stopped", 499];
    }
  }
  if (call.ending === "failed" && !isAborted) {
    if (signalledAtStep === null || signalledAtStep > call.endedAtStep) {
      yield ["upstream_interrupted", 200];
    }
    if (hasLeftBy(call.endedAtStep)) yield ["client_left", 499];
  }
  if (!isAborted || !call.stream) return;
  if (call.abortedAtStep === cutAtStep) {
    yield ["server_stopped", 200];
    if (leftAtStep !== null) yield ["server_stopped", 499];
  }
  if (call.abortedAtStep !== cutAtStep) yield ["client_left", 499];
}

/** Input that providers hide before a request's own, and are believed to. */
const HIDDEN_TOKENS = 1_024;

/** What an answer of so many pieces is charged for: reports as far as they go and can be true, else the text. */
function measured(journey: Journey, given: number): Omit<Verdict, "ending" | "status"> {
  const pieces = journey.plan.script.pieces.slice(0, given);
  const isWhole = journey.call?.stream === false;
  const charsOf = (some: PiecePlan[]) => some.reduce((sum, piece) => sum + piece.chars, 0);
  const text = tokensOf("x".repeat(charsOf(pieces)));
  const last = asUsage(pieces.findLast(({ usage }) => usage !== null)?.usage ?? null);
  const reported = isWhole ? last : largest(pieces);
  if (reported === null || reported.promptTokens > CONTEXT * PLAUSIBLE_TIMES) {
    return { source: "estimated", usage: plain(promptEstimate(journey), text) };
  }
  const outputMax = OUTPUT_MAX * journey.plan.choices * PLAUSIBLE_TIMES;
  const isPlausible = reported.completionTokens <= outputMax;
  const isPossible =
    reported.promptTokens <= HIDDEN_TOKENS ||
    reported.promptTokens <= journey.bodyBytes + HIDDEN_TOKENS;
  const isAll = isPlausible && (isWhole || coversAll(pieces, reported, text));
  const input =
    isPossible && (isAll || reported.promptTokens > 0)
      ? { promptTokens: reported.promptTokens, cachedTokens: reported.cachedTokens }
      : { promptTokens: promptEstimate(journey), cachedTokens: 0 };
  // Of a report whose output cannot be true the input is believed.
  const said = isPlausible ? reported : { ...reported, completionTokens: 0, reasoningTokens: 0 };
  if (isAll) return { source: isPossible ? "reported" : "estimated", usage: { ...said, ...input } };
  const isShown = pieces.some((piece) => piece.isReasoning && piece.chars > 0);
  const counted = text + (isShown ? 0 : said.reasoningTokens);
  const completionTokens = Math.max(said.completionTokens, counted);
  return { source: "estimated", usage: { ...said, ...input, completionTokens } };
}

/** The largest of each count, since cumulative counts never shrink. */
function largest(pieces: PiecePlan[]): TokenUsage | null {
  const all = pieces.map(({ usage }) => asUsage(usage)).filter((usage) => usage !== null);
  const [first] = all;
  if (first === undefined) return null;
  const kinds = Object.keys(first) as (keyof TokenUsage)[];
  const most = (kind: keyof TokenUsage) => Math.max(...all.map((usage) => usage[kind] ?? 0));
  return { ...first, ...Object.fromEntries(kinds.map((kind) => [kind, most(kind)])) };
}

/** Whether the final report with the most output has all text, and not that of one piece alone. */
function coversAll(pieces: PiecePlan[], reported: TokenUsage, text: number): boolean {
  const finals = pieces.filter(({ usage }) => usage?.isFinal === true);
  const most = Math.max(...finals.map(({ usage }) => usage?.completion ?? 0));
  const at = pieces.findIndex(({ usage }) => usage?.isFinal === true && usage.completion === most);
  if (at === -1 || pieces.slice(at + 1).some(({ chars }) => chars > 0)) return false;
  return finals.length === 1 || text <= 2 * reported.completionTokens + 8;
}

const promptEstimate = ({ plan }: Journey): number =>
  tokensOf("p".repeat(plan.promptChars)) + TOKENS_AROUND_A_MESSAGE;

const nothing = (ending: string, status: number): Verdict => ({
  ending,
  status,
  source: "none",
  usage: null,
});

const plain = (promptTokens: number, completionTokens: number): TokenUsage => ({
  promptTokens,
  completionTokens,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  promptAudioTokens: 0,
  completionAudioTokens: 0,
  reasoningTokens: 0,
  acceptedPredictionTokens: 0,
  rejectedPredictionTokens: 0,
});
