// The simulated clients: they ask, read at their own pace, stall and leave.

import type { ChatRequest } from "../../src/base/chat.ts";
import { ApiError, asApiError } from "../../src/base/errors.ts";
import type { KeyedRequest, Replay } from "../../src/calls/idempotency.ts";
import type { CallDeps, CallInput } from "../../src/calls/operation.ts";
import { BETWEEN_CHUNKS, type StreamEvent } from "../../src/calls/stream.ts";
import { answerChat } from "../../src/http/endpoints/chat-completions/answer.ts";
import type { IdempotencyKey } from "../../src/idempotency/answers.ts";
import { RequestLog } from "../../src/telemetry/request-log.ts";
import { Broken, type Journey, must } from "./journey.ts";
import type { RequestPlan } from "./plan.ts";
import type { Timeline } from "./timeline.ts";

/** A client that does not read is taken for gone after this. */
const IDLE_MS = 400;
/** From one sign of a client's leaving to the other. */
const BETWEEN_SIGNS_MS = 7;

export interface ClientOptions {
  deps: CallDeps;
  keyedBy: (key: IdempotencyKey) => KeyedRequest;
  timeline: Timeline;
  owner: string;
  step: () => number;
  say: (what: string) => void;
  isAlive: () => boolean;
  /** Whether one more call of the provider may be read on now. */
  hasDrainRoom: (journey: Journey) => boolean;
  /** Checks an answer that was given before. */
  onReplay: (journey: Journey, replay: Replay) => void;
  /** Checks what a client is told against the books. */
  onAnswer: (journey: Journey) => void;
}

export function requestOf(plan: RequestPlan, model: string): ChatRequest {
  return {
    model,
    messages: [{ role: "user", content: "p".repeat(plan.promptChars) }],
    stream: plan.stream,
    ...(plan.wantsUsage ? { stream_options: { include_usage: true } } : {}),
    ...(plan.maxTokens === null ? {} : { max_tokens: plan.maxTokens }),
    ...(plan.choices === 1 ? {} : { n: plan.choices }),
  };
}

/** Lives one client's whole life. Rejects when a rule was broken. */
export async function runClient(options: ClientOptions, journey: Journey): Promise<void> {
  const { deps, timeline, owner, isAlive } = options;
  const { plan } = journey;
  const connection = new AbortController();
  let events: AsyncIterator<StreamEvent> | null = null;
  const leaveAt = (atMs: number) =>
    timeline.at(atMs, owner, `${journey.requestId} leaves`, () =>
      leave(options, journey, connection, () => events),
    );
  if (plan.client.leaveAfterMs !== null) leaveAt(timeline.nowMs + plan.client.leaveAfterMs);
  const input: CallInput<ChatRequest> = {
    requestId: journey.requestId,
    accountId: journey.accountId,
    keyId: "key",
    request: requestOf(plan, journey.model.id),
    bodyBytes: journey.bodyBytes,
    keyed: journey.key === null ? null : options.keyedBy(journey.key),
    signal: connection.signal,
    log: new RequestLog(deps.log, { requestId: journey.requestId }),
    startedAtMs: deps.clock.nowMs(),
    startedMonoMs: deps.clock.monoMs(),
  };
  let answer: Awaited<ReturnType<typeof answerChat>>;
  try {
    answer = await answerChat(deps, input);
    if (answer.kind === "stream") await answer.opened;
  } catch (error) {
    if (!isAlive()) return;
    journey.answered = true;
    if (error instanceof Broken) throw error;
    must(error instanceof ApiError, "only errors for the client are thrown", () => String(error));
    tell(options, journey, {
      how: "thrown",
      status: asApiError(error).status,
      settled: null,
      usage: null,
    });
    return;
  }
  if (!isAlive()) return;
  journey.answered = true;
  if (answer.kind === "completion") {
    const { settled, json } = answer;
    const { usage } = JSON.parse(json);
    journey.given.push(json);
    tell(options, journey, { how: "completion", status: 200, settled, usage });
    return;
  }
  if (answer.kind === "replay") {
    must(answer.stream === plan.stream, "a replay is of the kind that was asked for");
    options.onReplay(journey, answer);
    return tell(options, journey, { how: "replay", status: 200, settled: null, usage: null });
  }
  journey.heldShownMicro = answer.held.amountMicro;
  const reading = answer.events[Symbol.asyncIterator]();
  events = reading;
  // Nobody reads for a client that has left already.
  if (journey.leftAtStep === null) await readEvents(options, journey, reading, leaveAt);
}

async function readEvents(
  options: ClientOptions,
  journey: Journey,
  events: AsyncIterator<StreamEvent>,
  leaveAt: (atMs: number) => void,
): Promise<void> {
  const { timeline, owner, isAlive } = options;
  const { readDelayMs, stallAfter } = journey.plan.client;
  for (let read = 0; ; read++) {
    if (read === stallAfter) return leaveAt(timeline.nowMs + IDLE_MS);
    let next: IteratorResult<StreamEvent>;
    journey.isReading = true;
    journey.wasRead = true;
    try {
      next = await events.next();
    } catch (error) {
      if (!isAlive()) return;
      must(error instanceof ApiError, "only errors for the client are thrown", () => String(error));
      const { status } = asApiError(error);
      return tell(options, journey, { how: "thrown", status, settled: null, usage: null });
    }
    if (!isAlive()) return;
    journey.isReading = false;
    if (next.done === true) {
      must(
        journey.told !== null || journey.leftAtStep !== null,
        "a stream ends with an end or an error",
      );
      return;
    }
    must(journey.told === null, "nothing follows the end of a stream");
    const event = next.value;
    if (event.type === "chunks") {
      const chunks = event.json.split(BETWEEN_CHUNKS);
      journey.chunksRead += chunks.length;
      journey.given.push(...chunks);
    } else {
      must(event.type === "end" || event.type === "error", "a stream's end has its name");
      const status = event.type === "end" ? 200 : event.error.status;
      if (event.type === "end") checkEndEvent(journey, event);
      const usageJson = event.type === "end" ? event.usageJson : null;
      if (usageJson !== null) journey.given.push(usageJson);
      const usage = usageJson === null ? null : JSON.parse(usageJson).usage;
      tell(options, journey, { how: event.type, status, settled: event.settled, usage });
    }
    if (readDelayMs > 0) await timeline.pause(readDelayMs, owner, `${journey.requestId} reads`);
    if (journey.leftAtStep !== null) return;
  }
}

/** The end of a stream that was read from its beginning. */
function checkEndEvent({ plan, chunksRead }: Journey, event: StreamEvent & { type: "end" }): void {
  const withText = plan.script.pieces.filter(({ chars }) => chars > 0).length;
  must(chunksRead === withText, "a client that reads to the end gets all of it");
  const isDue = plan.wantsUsage && chunksRead > 0;
  must((event.usageJson !== null) === isDue, "usage comes to those who asked for it");
  if (event.usageJson === null) return;
  const { choices, object } = JSON.parse(event.usageJson);
  must(choices.length === 0 && object === "chat.completion.chunk", "usage has its own chunk");
}

function tell(
  { say, onAnswer }: ClientOptions,
  journey: Journey,
  told: NonNullable<Journey["told"]>,
) {
  say(`${journey.requestId} told ${told.how} ${told.status} ${told.settled?.chargedMicro ?? "-"}`);
  journey.told = told;
  onAnswer(journey);
}

/** Leaves by both signs that a server gets, in the order of the plan. */
function leave(
  options: ClientOptions,
  journey: Journey,
  connection: AbortController,
  events: () => AsyncIterator<StreamEvent> | null,
): void {
  const { timeline, owner, step, say } = options;
  const isFirst = journey.leftAtStep === null && journey.told === null;
  if (isFirst) journey.leftAtStep = step();
  const abort = () => {
    if (connection.signal.aborted) return;
    if (isFirst && journey.signalledAtStep === null) {
      journey.signalledAtStep = step();
      journey.signalledAtMs = timeline.nowMs;
      // A reader that stopped first may have been noticed then, when there was room or none.
      journey.mayDrain = journey.leftAtStep === step() && options.hasDrainRoom(journey);
    }
    say(`${journey.requestId} client aborted`);
    connection.abort();
  };
  const stopReading = () => {
    // One that waits for its next piece is heard only when that comes.
    if (journey.wasRead && !journey.isReading) journey.stoppedAtStep = step();
    void events()?.return?.();
  };
  const { leaves } = journey.plan.client;
  const [first, second] = leaves === "return, abort" ? [stopReading, abort] : [abort, stopReading];
  first();
  if (leaves === "abort") return;
  timeline.at(timeline.nowMs + BETWEEN_SIGNS_MS, owner, `${journey.requestId} leaves`, second);
}
