// One request of the load: sent, watched, left where its class says so, and read.
import { type Plan, SALT } from "../plan.ts";
import { createRandom } from "../random.ts";
import type { Upstream } from "../upstream-process.ts";
import { readAnswer } from "./read-answer.ts";
import type { Outcome, Payers } from "./run-load.ts";
import type { OutgoingRequest, Transport, Watch } from "./transport.ts";

/** Longer than any answer takes: whoever waits for so long is taken to wait for ever. */
const GIVE_UP_MS = 60_000;
const LEAVE_WITHIN_MS = 30;

export interface PerformOptions {
  seed: number;
  plan: Plan;
  payers: Payers;
  upstream: Upstream;
  transport: Transport;
}

export async function perform(options: PerformOptions): Promise<Outcome> {
  const { plan, transport } = options;
  const random = createRandom(options.seed, plan.index, SALT.client);
  const payer = random.pick(options.payers[plan.book.payer]);
  const request = requestOf(plan, random.pick(payer.keys), random.pick(PATHS), random.chance(0.5));
  const leaving = new AbortController();
  const timers = [setTimeout(() => leaving.abort(), GIVE_UP_MS)];
  if (plan.book.client === "leave-early") {
    void options.upstream.hasMet(plan.index).then(() => leaving.abort());
  }
  if (plan.book.client === "leave-anytime") {
    timers.push(setTimeout(() => leaving.abort(), random.int(0, LEAVE_WITHIN_MS)));
  }
  const answer = await transport(request, watchOf(plan, leaving, options.upstream));
  for (const timer of timers) clearTimeout(timer);
  const { content, ...facts } = readAnswer(answer);
  return {
    ...facts,
    index: plan.index,
    account: payer.account,
    bodyBytes: Buffer.byteLength(request.body),
    isContentRight: content === plan.pieces.join(""),
  };
}

/** Signs in a stream at which a client leaves: its first words, and its finish reason. */
const FIRST_WORDS = /"(?:content|reasoning_content)":"[^"]/;
const FINISH = /"finish_reason":"stop"/;

function watchOf({ book, index }: Plan, leaving: AbortController, upstream: Upstream): Watch {
  const awaited = book.upstream === "cut-after-usage" ? FINISH : FIRST_WORDS;
  let hasTold = false;
  return {
    signal: leaving.signal,
    slowly: book.client === "read-slowly",
    halfCloses: book.client === "half-close",
    onText(text) {
      if (book.client === "read-and-tell" && !hasTold && awaited.test(text)) {
        hasTold = true;
        upstream.tellRead(index);
      }
      if (book.client === "leave-mid" && FIRST_WORDS.test(text)) leaving.abort();
      if (book.client === "leave-at-finish" && FINISH.test(text)) leaving.abort();
    },
  };
}

const PATHS = ["/api/v1/ai/chat/completions", "/v1/chat/completions"];

function requestOf(plan: Plan, key: string, path: string, asBearer: boolean): OutgoingRequest {
  const { book, stream, limitField, limit, asksUsage } = plan;
  const secret = book.client === "wrong-key" ? `${key}x` : key;
  const body = {
    model: book.id,
    messages: book.client === "wrong-body" ? 7 : [{ role: "user", content: plan.prompt }],
    ...(stream && { stream: true }),
    ...(stream && asksUsage && { stream_options: { include_usage: true } }),
    ...(book.choices > 1 && { n: book.choices }),
    ...(limitField !== null && { [limitField]: limit }),
  };
  return {
    path,
    headers: {
      "content-type": "application/json",
      ...(asBearer ? { authorization: `Bearer ${secret}` } : { "x-api-key": secret }),
    },
    body: JSON.stringify(body),
  };
}
