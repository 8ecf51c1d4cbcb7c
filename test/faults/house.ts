// A server whose provider answers each question by a plan of its own, and a client that asks it.
import { type House, post, startHouse } from "../money/support.ts";
import type { UpstreamAnswer, UpstreamRequest, WireAnswer } from "../support/raw-upstream.ts";
import type { TestServerOptions } from "../support/server.ts";

type Answer = UpstreamAnswer | WireAnswer;

/** Questions at once. Each is two calls of Bun's client, which makes 256 at once. */
const AT_ONCE = 24;

export interface FaultHouse extends House {
  /** Takes the next question's answer, and gives its tag, by which the upstream knows it. */
  plan(answer: Answer): string;
  /** The calls upstream of this question; more than one would be paid twice. */
  callsOf(tag: string): UpstreamRequest[];
  /** How many questions were asked; each has to have a record. */
  asked(): number;
}

/** A server on a raw upstream that answers each question by its own plan. */
export async function startFaultHouse(
  config: TestServerOptions["config"] = {},
  provider: object = {},
): Promise<FaultHouse> {
  const house = await startHouse(config, provider);
  const plans = new Map<string, { answer: Answer; calls: UpstreamRequest[] }>();
  house.upstream.answer((request) => {
    const plan = plans.get(tagOf(request));
    if (plan === undefined) throw new Error("a call that nobody planned");
    plan.calls.push(request);
    return plan.answer;
  });
  return {
    ...house,
    plan(answer) {
      const tag = `question ${plans.size + 1}`;
      plans.set(tag, { answer, calls: [] });
      return tag;
    },
    callsOf: (tag) => plans.get(tag)?.calls ?? [],
    asked: () => plans.size,
  };
}

function tagOf({ body }: UpstreamRequest): string {
  const { messages } = body as { messages: { content: string }[] };
  return messages[0]?.content ?? "";
}

/** What a client has seen of an answer to its end. */
export interface Outcome {
  tag: string;
  stream: boolean;
  requestId: string;
  /** How long the log was when the question was asked. */
  logFrom: number;
  status: number;
  text: string;
}

export const STREAM = { stream: true };

/**
 * Asks a question that is answered like this, and reads what comes to its end.
 * @param onText is told all text so far with each piece that comes
 */
export async function ask(
  house: FaultHouse,
  answer: Answer,
  body: { stream?: boolean; [field: string]: unknown } = {},
  onText: (text: string) => void = () => {},
): Promise<Outcome> {
  const tag = house.plan(answer);
  const logFrom = house.server.logText().length;
  const response = await post(house, { messages: [{ role: "user", content: tag }], ...body });
  return {
    tag,
    logFrom,
    stream: body.stream === true,
    requestId: response.headers.get("x-request-id") ?? "",
    status: response.status,
    text: await readText(response, onText),
  };
}

async function readText(response: Response, onText: (text: string) => void): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    onText(text);
  }
  return text + decoder.decode();
}

/** Runs a job for 0, 1, … `last`, several at a time, and gives what each came to. */
export async function forEach<T>(
  last: number,
  job: (n: number) => Promise<T>,
  atOnce = AT_ONCE,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    for (let n = next++; n <= last; n = next++) results[n] = await job(n);
  }
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
