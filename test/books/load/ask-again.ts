// A request that is sent twice under one idempotency key, and what its client got the second time.
import type { Plan } from "../plan.ts";
import { readAnswer } from "./read-answer.ts";
import type { Answer } from "./transport.ts";

/** What came of the same request the second time. */
export interface Repeat {
  status: number;
  requestId: string | null;
  /** The request that the answer is of; null when it is not given again. */
  replayOf: string | null;
  used: string | null;
  isComplete: boolean;
  /** Whether it says, word for word, what the first answer says, as far as that came. */
  isSame: boolean;
}

export type Send = () => Promise<Answer>;

/** Between two tries while the first request is in progress. */
const RETRY_MS = 10;
const MOST_TRIES = 3_000;
const IN_PROGRESS = 409;

async function untilAnswered(send: Send): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await send();
    if (answer.status !== IN_PROGRESS || tries === MOST_TRIES) return answer;
    await Bun.sleep(RETRY_MS);
  }
}

/** Asks again once there was an answer, or a part of it. */
export async function askAgain(plan: Plan, first: Answer, send: Send): Promise<Repeat> {
  return repeatOf(plan, first, await untilAnswered(send));
}

/** Asks twice at once; which of the two was the first is seen by their answers. */
export async function askAtOnce(
  plan: Plan,
  send: Send,
  sendDuplicate: Send,
): Promise<{ answer: Answer; again: Repeat }> {
  const [one, other] = await Promise.all([untilAnswered(send), untilAnswered(sendDuplicate)]);
  const [first, second] = replayOf(one) === null ? [one, other] : [other, one];
  return { answer: first, again: repeatOf(plan, first, second) };
}

const replayOf = ({ headers }: Answer): string | null =>
  headers.get("idempotent-replayed") === "true" ? headers.get("original-request-id") : null;

function repeatOf(plan: Plan, first: Answer, second: Answer): Repeat {
  const { status, requestId, used, isComplete, content } = readAnswer(second);
  const said = saidIn(second);
  return {
    status,
    requestId,
    replayOf: replayOf(second),
    used,
    isComplete,
    isSame:
      content === plan.pieces.join("") &&
      (first.isWhole ? said === saidIn(first) : said.startsWith(saidIn(first))),
  };
}

/** A stream's comments hold what this very answer cost. */
function saidIn({ headers, text }: Answer): string {
  if (headers.get("content-type")?.startsWith("text/event-stream") !== true) return text;
  const frames = text.split("\n\n").slice(0, -1);
  return frames.filter((frame) => !frame.startsWith(":")).join("\n\n");
}
