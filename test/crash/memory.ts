// What a client of the crash loop remembers of its idempotency keys, and what it holds a second answer against.
import type { RequestPlan } from "./plan.ts";
import { BrokenPromise, type Promises, type WholeAnswer } from "./promises.ts";

/** Notes that a request with a key is sent, before it is; its duplicate has the same. */
export function noteKey({ remembered }: Promises, plan: RequestPlan): void {
  const { key } = plan;
  if (key !== null && !remembered.has(key)) remembered.set(key, { plan, answer: null });
}

/** Keeps a key's whole answer. @throws BrokenPromise when there was another one. */
export function remember({ remembered }: Promises, plan: RequestPlan, answer: WholeAnswer): void {
  const memory = plan.key === null ? undefined : remembered.get(plan.key);
  if (memory === undefined) return;
  const before = memory.answer;
  memory.answer ??= answer;
  if (before === null) return;
  if (before.requestId !== answer.requestId) {
    throw new BrokenPromise(`${plan.key} was answered as ${before.requestId}, ${answer.requestId}`);
  }
  if (saidIn(before.text, plan) !== saidIn(answer.text, plan)) {
    throw new BrokenPromise(`${plan.key} was answered with other words the second time`);
  }
}

/** Holds a replay against the first answer, where the client has that. */
export function noteReplay(
  promises: Promises,
  plan: RequestPlan,
  answer: WholeAnswer,
  { usedMicro, isWhole }: { usedMicro: number | null; isWhole: boolean },
): void {
  if (plan.key === null) throw new BrokenPromise(`${answer.requestId} was given again unasked`);
  if (usedMicro !== null && usedMicro !== 0) {
    throw new BrokenPromise(`the answer of ${answer.requestId}, given again, cost ${usedMicro}`);
  }
  if (isWhole) remember(promises, plan, answer);
}

/** A stream's comments hold what this very answer cost; all else comes again word for word. */
function saidIn(text: string, { stream }: RequestPlan): string {
  if (!stream) return text;
  return text
    .split("\n\n")
    .filter((frame) => !frame.startsWith(":"))
    .join("\n\n");
}
