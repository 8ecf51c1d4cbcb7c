// Sends requests as most programs do: with fetch.
import { type Answer, NO_ANSWER, SIP_PAUSE_MS, type Transport, type Watch } from "./transport.ts";

export function fetchTransport(origin: string): Transport {
  return async ({ path, headers, body }, watch) => {
    let answer: Answer = NO_ANSWER;
    try {
      const response = await fetch(origin + path, {
        method: "POST",
        headers,
        body,
        signal: watch.signal,
      });
      answer = { ...NO_ANSWER, status: response.status, headers: response.headers };
      return await read(response, answer, watch);
    } catch {
      // The client left, or the server cut it off: what came before that is what there is.
      return answer;
    }
  };
}

async function read(response: Response, answer: Answer, watch: Watch): Promise<Answer> {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  if (reader === undefined) return { ...answer, isWhole: true };
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    answer.text += decoder.decode(value, { stream: true });
    watch.onText(answer.text);
    if (watch.slowly) await Bun.sleep(SIP_PAUSE_MS);
  }
  return { ...answer, isWhole: true };
}
