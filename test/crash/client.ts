// A client of the crash loop: asks as planned, and notes what it was told.
import { parseCredits } from "../../src/base/micro.ts";
import { MODEL } from "./house.ts";
import type { RequestPlan } from "./plan.ts";
import type { Promises } from "./promises.ts";

export interface Target {
  baseUrl: string;
  key: string;
}

/** Statuses that the plan leads to: an answer, too little credit, a failing provider, a draining server. */
const EXPECTED = new Set([200, 402, 502, 503]);

/**
 * Sends one request and reads its answer as far as it comes.
 * @throws Error when the answer is one that no crash excuses.
 */
export async function ask(target: Target, plan: RequestPlan, promises: Promises): Promise<void> {
  const leaving = new AbortController();
  const { leave } = plan;
  const timer =
    leave !== null && leave !== "first-word"
      ? setTimeout(() => leaving.abort(), leave.afterMs)
      : undefined;
  try {
    const response = await send(target, plan, leaving.signal);
    const requestId = note(response, promises);
    const text = await read(response, plan, leaving);
    if (response.status !== 200) promises.refused.add(requestId);
    else noteFigure(response, requestId, text, plan, promises);
  } catch (error) {
    if (error instanceof BrokenPromise) throw error;
    // The server is gone, or this client is: nothing was promised beyond what has been noted.
  } finally {
    clearTimeout(timer);
  }
}

/** The server said something that it must not say. */
export class BrokenPromise extends Error {
  override readonly name = "BrokenPromise";
}

function send({ baseUrl, key }: Target, plan: RequestPlan, signal: AbortSignal) {
  return fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: MODEL,
      messages: [{ role: "user", content: JSON.stringify(plan.order) }],
      ...(plan.unlimited ? {} : { max_completion_tokens: 1_000 }),
      ...(plan.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    }),
    signal,
  });
}

function note(response: Response, { seenIds }: Promises): string {
  const requestId = response.headers.get("x-request-id");
  if (requestId === null) throw new BrokenPromise(`a ${response.status} without an id`);
  if (seenIds.has(requestId)) throw new BrokenPromise(`${requestId} was used twice`);
  seenIds.add(requestId);
  if (!EXPECTED.has(response.status)) {
    throw new BrokenPromise(`${requestId} was answered with ${response.status}`);
  }
  return requestId;
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

function noteFigure(
  response: Response,
  requestId: string,
  text: string,
  plan: RequestPlan,
  { told }: Promises,
): void {
  const header = response.headers.get("x-credits-used") ?? "";
  const figure = plan.stream ? /^: x-credits-used=(\S+) .*\n\n/m.exec(text)?.[1] : header;
  if (figure === undefined) {
    if (text.includes("[DONE]")) throw new BrokenPromise(`${requestId} ended without a figure`);
    return;
  }
  const usedMicro = parseCredits(figure);
  const isWhole = !plan.stream || text.endsWith("data: [DONE]\n\n");
  const { promptTokens, completionTokens } = plan.order;
  // At a micro-dollar a token; the poor may be forgiven a part.
  if (isWhole && plan.account === "rich" && usedMicro !== promptTokens + completionTokens) {
    throw new BrokenPromise(`${requestId} cost ${usedMicro}, not what the provider reported`);
  }
  told.set(requestId, usedMicro);
}
