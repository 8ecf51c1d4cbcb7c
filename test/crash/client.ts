// A client of the crash loop: asks as planned, and notes what it was told.
import { parseCredits } from "../../src/base/micro.ts";
import { noteReplay, remember } from "./memory.ts";
import type { RequestPlan } from "./plan.ts";
import { BrokenPromise, type Promises } from "./promises.ts";

export interface Target {
  baseUrl: string;
  key: string;
}

/** How a request was answered. */
export interface Answered {
  requestId: string;
  status: number;
  /** The request whose answer was given again; null for an answer of its own. */
  replayOf: string | null;
  /** Whether the answer came to its proper end. */
  isWhole: boolean;
}

/** Statuses that the plan leads to: an answer, too little credit, a failing provider, a draining server. */
const EXPECTED = new Set([200, 402, 502, 503]);
/** A duplicate may also come while the first is in progress. */
const TWIN_STATUS = 409;

/**
 * Sends one request and reads its answer as far as it comes; null when none came.
 * @throws BrokenPromise when the answer is one that no crash excuses.
 */
export async function ask(
  target: Target,
  plan: RequestPlan,
  promises: Promises,
): Promise<Answered | null> {
  const leaving = new AbortController();
  const { leave } = plan;
  const timer =
    leave !== null && leave !== "first-word"
      ? setTimeout(() => leaving.abort(), leave.afterMs)
      : undefined;
  try {
    const response = await send(target, plan, leaving.signal);
    const noted = note(response, plan, promises);
    const text = await read(response, plan, leaving);
    const isWhole = !plan.stream || response.status !== 200 || text.endsWith("data: [DONE]\n\n");
    const asked = { ...noted, isWhole };
    noteAnswer(response, asked, text, plan, promises);
    return asked;
  } catch (error) {
    if (error instanceof BrokenPromise) throw error;
    // The server is gone, or this client is: nothing was promised beyond what has been noted.
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function send({ baseUrl, key }: Target, plan: RequestPlan, signal: AbortSignal) {
  return fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      ...(plan.key === null ? {} : { "idempotency-key": plan.key }),
    },
    body: JSON.stringify({
      model: plan.model,
      messages: [{ role: "user", content: JSON.stringify(plan.order) }],
      ...(plan.unlimited ? {} : { max_completion_tokens: 1_000 }),
      ...(plan.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    }),
    signal,
  });
}

function note(
  { headers, status }: Response,
  plan: RequestPlan,
  { seenIds }: Promises,
): Omit<Answered, "isWhole"> {
  const requestId = headers.get("x-request-id");
  if (requestId === null) throw new BrokenPromise(`a ${status} without an id`);
  if (seenIds.has(requestId)) throw new BrokenPromise(`${requestId} was used twice`);
  seenIds.add(requestId);
  if (!EXPECTED.has(status) && !(status === TWIN_STATUS && plan.duplicateAfterMs !== null)) {
    throw new BrokenPromise(`${requestId} was answered with ${status}`);
  }
  const isReplay = headers.get("idempotent-replayed") === "true";
  const replayOf = isReplay ? (headers.get("original-request-id") ?? "") : null;
  return { requestId, status, replayOf };
}

/** The body as far as it came; a stream's last words count even when its end is missing. */
async function read(response: Response, plan: RequestPlan, leaving: AbortController) {
  if (!plan.stream || response.status !== 200) return await response.text();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      if (plan.leave === "first-word" && text.includes("data:")) leaving.abort();
    }
  } catch {
    // Cut; what came before it was said all the same.
  }
  return text;
}

function noteAnswer(
  response: Response,
  { requestId, status, replayOf, isWhole }: Answered,
  text: string,
  plan: RequestPlan,
  promises: Promises,
): void {
  if (status === TWIN_STATUS && !text.includes('"idempotency_key_in_progress"')) {
    throw new BrokenPromise(`${requestId} was answered with ${text}`);
  }
  if (status !== 200) {
    promises.refused.add(requestId);
    return;
  }
  const usedMicro = figureIn(response, requestId, text, plan);
  if (replayOf !== null) {
    promises.replayed.add(requestId);
    noteReplay(promises, plan, { requestId: replayOf, text }, { usedMicro, isWhole });
    return;
  }
  if (usedMicro === null) return;
  const { promptTokens, completionTokens } = plan.order;
  // At a micro-dollar a token; the poor may be forgiven a part.
  if (isWhole && plan.account === "rich" && usedMicro !== promptTokens + completionTokens) {
    throw new BrokenPromise(`${requestId} cost ${usedMicro}, not what the provider reported`);
  }
  promises.told.set(requestId, usedMicro);
  if (isWhole) remember(promises, plan, { requestId, text });
}

/** The final figure; null where a stream was cut before it. */
function figureIn(
  response: Response,
  requestId: string,
  text: string,
  plan: RequestPlan,
): number | null {
  const header = response.headers.get("x-credits-used") ?? "";
  const figure = plan.stream ? /^: x-credits-used=(\S+) .*\n\n/m.exec(text)?.[1] : header;
  if (figure !== undefined) return parseCredits(figure);
  if (text.includes("[DONE]")) throw new BrokenPromise(`${requestId} ended without a figure`);
  return null;
}
