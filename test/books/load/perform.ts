// One request of the load: sent, watched, left where its class says so, and read.

import { createRandom } from "../../support/random.ts";
import { type Plan, SALT } from "../plan.ts";
import type { Upstream } from "../upstream-process.ts";
import { askAgain, askAtOnce, type Repeat, type Send } from "./ask-again.ts";
import { readAnswer } from "./read-answer.ts";
import type { Outcome, Payers } from "./run-load.ts";
import type { Answer, OutgoingRequest, Transport, Watch } from "./transport.ts";

/** Longer than any answer takes: whoever waits for so long is taken to wait for ever. */
const GIVE_UP_MS = 60_000;
const LEAVE_WITHIN_MS = 30;
/** From a client's leaving until the upstream is told of it: mostly the gateway knows it first. */
const LEFT_MS = 15;

export interface PerformOptions {
  seed: number;
  plan: Plan;
  payers: Payers;
  upstream: Upstream;
  transport: Transport;
  /** For the same request a second time. */
  duplicateTransport: Transport;
}

export async function perform(options: PerformOptions): Promise<Outcome> {
  const { plan } = options;
  const random = createRandom(options.seed, plan.index, SALT.client);
  const payer = random.pick(options.payers[plan.book.payer]);
  const request = requestOf(plan, random.pick(payer.keys), random.pick(PATHS), random.chance(0.5));
  const leaving = new AbortController();
  const timers = [setTimeout(() => leaving.abort(), GIVE_UP_MS)];
  if (plan.book.client === "leave-early") {
    void options.upstream.hasMet(plan.index).then(() => leaving.abort());
  }
  if (plan.book.client === "leave-anytime") {
    timers.push(setTimeout(() => leaving.abort(), random.between(0, LEAVE_WITHIN_MS)));
  }
  const { answer, again } = await send(options, request, leaving);
  for (const timer of timers) clearTimeout(timer);
  const { content, ...facts } = readAnswer(answer);
  return {
    ...facts,
    index: plan.index,
    account: payer.account,
    bodyBytes: Buffer.byteLength(request.body),
    isContentRight: content === plan.pieces.join(""),
    again,
  };
}

/** Sends the request, and the same again where its class says so. */
async function send(
  { plan, upstream, transport, duplicateTransport }: PerformOptions,
  request: OutgoingRequest,
  leaving: AbortController,
): Promise<{ answer: Answer; again: Repeat | null }> {
  const sendFirst: Send = () => transport(request, watchOf(plan, leaving, upstream));
  const sendDuplicate: Send = () => duplicateTransport(request, PATIENT);
  if (plan.book.client === "ask-at-once") return askAtOnce(plan, sendFirst, sendDuplicate);
  const answer = await sendFirst();
  return { answer, again: asksAgain(plan) ? await askAgain(plan, answer, sendDuplicate) : null };
}

const asksAgain = ({ book }: Plan): boolean =>
  book.client === "ask-twice" || book.client === "leave-mid-and-ask";

const PATIENT: Watch = {
  signal: new AbortController().signal,
  slowly: false,
  halfCloses: false,
  onText: () => {},
};

/** Signs in a stream at which a client leaves: its first words, and its finish reason. */
const FIRST_WORDS = /"(?:content|reasoning_content)":"[^"]/;
const FINISH = /"finish_reason":"stop"/;

function watchOf({ book, index }: Plan, leaving: AbortController, upstream: Upstream): Watch {
  const awaited = book.upstream === "cut-after-usage" ? FINISH : FIRST_WORDS;
  const leavesMid = book.client === "leave-mid" || book.client === "leave-mid-and-ask";
  let hasTold = false;
  if (book.upstream === "held-first" || book.upstream === "held-mid") {
    const tell = () => setTimeout(() => upstream.tellRead(index), LEFT_MS);
    leaving.signal.addEventListener("abort", tell, { once: true });
  }
  return {
    signal: leaving.signal,
    slowly: book.client === "read-slowly",
    halfCloses: book.client === "half-close",
    onText(text) {
      if (book.client === "read-and-tell" && !hasTold && awaited.test(text)) {
        hasTold = true;
        upstream.tellRead(index);
      }
      if (leavesMid && FIRST_WORDS.test(text)) leaving.abort();
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
      ...(asksAgain(plan) || book.client === "ask-at-once"
        ? { "idempotency-key": `books-${plan.index}` }
        : {}),
      ...(asBearer ? { authorization: `Bearer ${secret}` } : { "x-api-key": secret }),
    },
    body: JSON.stringify(body),
  };
}
