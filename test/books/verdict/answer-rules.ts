// What a client was told against what the books hold: gives what is wrong with an answer, or null.
import { decimal } from "../price.ts";
import type { SentCase } from "./case.ts";
import type { RecordRow } from "./ledger-rows.ts";

export type AnswerRule = (one: SentCase) => string | null;

const WAITS = new Set(["read", "read-slowly", "read-and-tell", "ask-twice", "ask-at-once"]);
const REFUSED_STATUS: Record<string, number> = {
  "wrong-key": 401,
  "wrong-model": 404,
  "wrong-body": 400,
};

const micro = (credits: string): bigint => decimal(credits, 6);

/** Every request of a client that waits is in the books, unless it was refused before its hold. */
export const isInTheBooks: AnswerRule = ({ plan, outcome, record }) => {
  const { status, errorCode } = outcome;
  const refusal = REFUSED_STATUS[plan.book.client];
  if (refusal !== undefined) {
    return record === null && status === refusal ? null : `status ${status}, record ${record?.id}`;
  }
  if (status === 402) {
    if (record !== null) return "402, and a record";
    return plan.book.payer === "poor" ? null : `402 for a rich account: ${errorCode}`;
  }
  return record !== null || !WAITS.has(plan.book.client)
    ? null
    : `no record; status ${status}, ${errorCode}`;
};

/** The ending in the books is the one that the client saw. */
export const isAnsweredAsRecorded: AnswerRule = ({ plan, outcome, record }) => {
  if (record === null || !WAITS.has(plan.book.client)) return null;
  const { status, isComplete, isContentRight, errorCode } = outcome;
  const seen = `status ${status}, complete ${isComplete}, content right ${isContentRight}, ${errorCode}`;
  switch (record.ending) {
    case "completed":
      return status === 200 && isComplete && isContentRight ? null : seen;
    case "upstream_interrupted":
      return status === 200 && !isComplete && errorCode !== null ? null : seen;
    case "upstream_failed":
    case "refused":
      return status >= 400 && errorCode !== null ? null : seen;
    default:
      return `the client waited, but: ${record.ending}`;
  }
};

/** The figures in headers, comments and usage are the ledger's. */
export const areFiguresRight: AnswerRule = ({ outcome, record }) => {
  const { used, remaining, reserved, status } = outcome;
  if (record === null) return used === null || micro(used) === 0n ? null : `used ${used}`;
  if (used !== null && micro(used) !== record.charged) {
    return `told ${used}, charged ${record.charged}`;
  }
  const isFinal = used !== null && remaining !== null && status === 200;
  if (isFinal && record.balanceAfter !== null && micro(remaining) !== record.balanceAfter) {
    return `told ${remaining} is left, the ledger says ${record.balanceAfter}`;
  }
  if (reserved !== null && micro(reserved) !== record.held) {
    return `told ${reserved} is held, the ledger says ${record.held}`;
  }
  return isUsageRight(outcome.usage, record) ? null : `told ${JSON.stringify(outcome.usage)}`;
};

function isUsageRight(shown: SentCase["outcome"]["usage"], record: RecordRow): boolean {
  if (shown === null) return true;
  const { usage, source, charged } = record;
  return (
    usage !== null &&
    shown.prompt_tokens === usage.input &&
    shown.completion_tokens === usage.output &&
    shown.total_tokens === usage.input + usage.output &&
    shown.prompt_tokens_details.cached_tokens === usage.cached &&
    shown.prompt_tokens_details.cache_write_tokens === usage.written + usage.written1h &&
    shown.completion_tokens_details.reasoning_tokens === usage.reasoning &&
    Math.round(shown.cost * 1e6) === Number(charged) &&
    (shown.estimated === true) === (source === "estimated")
  );
}

/** The second time under a key it is the first answer, word for word, at no cost and in no book. */
export const isGivenAgain: AnswerRule = ({ outcome, record, againRecord }) => {
  const { again } = outcome;
  if (again === null) return null;
  const { status, replayOf, used, isComplete, isSame } = again;
  const isRight =
    status === 200 &&
    isComplete &&
    isSame &&
    used !== null &&
    micro(used) === 0n &&
    record !== null &&
    replayOf === record.id &&
    againRecord === null;
  return isRight ? null : `${JSON.stringify(again)}, record ${againRecord?.id ?? "none"}`;
};

/** Final figures come with every complete answer, and with a stream that was broken off. */
export const hasFigures: AnswerRule = ({ plan, outcome, record }) => {
  if (record === null || !WAITS.has(plan.book.client)) return null;
  if (outcome.used === null || outcome.remaining === null) return "without the final figures";
  const asked = !plan.stream || plan.asksUsage;
  if (outcome.isComplete && asked && outcome.usage === null) return "without usage";
  return plan.stream && outcome.status === 200 && outcome.reserved === null
    ? "a stream without its hold"
    : null;
};
