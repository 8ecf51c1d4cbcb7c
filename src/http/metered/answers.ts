// The journey's answers over HTTP: a completion, a stream, or an earlier answer once more.

import type { CallAnswer } from "../../calls/answer.ts";
import { BETWEEN_CHUNKS, type OpenedStream, type StreamEvent } from "../../calls/stream.ts";
import type { Caller } from "../../keys/authenticate.ts";
import { showBalance } from "../balance.ts";
import { type HttpDeps, jsonTextResponse } from "../route.ts";
import { type RequestScope, setCredits, setIgnored, setReserved } from "../scope.ts";
import { type Frames, sseBody } from "../sse-writer.ts";
import type { Place } from "./admission.ts";

type Completion = Extract<CallAnswer, { kind: "completion" }>;
type Stream = Extract<CallAnswer, { kind: "stream" }>;
type Replayed = Extract<CallAnswer, { kind: "replay" }>;

/** Whose answer it is. */
export interface Answering {
  deps: HttpDeps;
  scope: RequestScope;
  caller: Caller;
  place: Place;
  frames: Frames;
}

/** Rejects with what a stream fails with before it has been answered. */
export function answerResponse(answer: CallAnswer, to: Answering): Response | Promise<Response> {
  switch (answer.kind) {
    case "completion":
      return completionResponse(answer, to);
    case "stream":
      return streamResponse(answer, to).catch(async (error: unknown) => {
        // Nobody will read it.
        await answer.events.return?.();
        throw error;
      });
    case "replay":
      return replayResponse(answer, to);
  }
}

function completionResponse({ json, settled, ignored }: Completion, { scope }: Answering) {
  setIgnored(scope, ignored);
  setCredits(scope, settled.chargedMicro, settled.balanceMicro);
  return jsonTextResponse(scope, json);
}

/** The answer of an earlier request with the same idempotency key, word for word, and free. */
async function replayResponse(replay: Replayed, to: Answering): Promise<Response> {
  const { deps, scope, place } = to;
  place.leave();
  const { balanceMicro } = await showBalance(deps, to);
  scope.headers["idempotent-replayed"] = "true";
  scope.headers["original-request-id"] = replay.requestId;
  setIgnored(scope, replay.ignored);
  if (!replay.stream) return jsonTextResponse(scope, replay.body);
  return eventStream(replayedEvents(replay.body, balanceMicro), null, to);
}

async function* replayedEvents(body: string, balanceMicro: number): AsyncGenerator<StreamEvent> {
  // A stream without a chunk was kept as nothing, which is no line.
  if (body !== "") yield { type: "chunks", json: body.replaceAll("\n", BETWEEN_CHUNKS) };
  yield { type: "end", settled: { chargedMicro: 0, balanceMicro }, usageJson: null };
}

/**
 * Answers as soon as the provider's first event is known to be good, so that a failure before it has a real status. A
 * provider that is silent for long is not waited for: proxies in between would give up on the connection, so the
 * answer is a 200 then, with keep-alive comments until the first event or an error frame comes.
 */
async function streamResponse(answer: Stream, to: Answering): Promise<Response> {
  const { deps, scope, place } = to;
  // A failure is told by whoever waits for the first event, here or in the stream's own events.
  answer.opened.then(
    () => place.bodyWasSent(),
    () => undefined,
  );
  // What has failed by then has its real status, however long the database takes to record it.
  const opened =
    (await openedWithin(answer.opened, deps.config.server.firstByteWithinMs)) ??
    (answer.hasEnded() ? await answer.opened : null);
  if (opened === null) answer.markAnswered();
  else setIgnored(scope, opened.ignored);
  const { amountMicro, balanceMicro } = answer.held;
  setReserved(scope, amountMicro, balanceMicro);
  return eventStream(answer.events, opened === null ? answer.opened : null, to);
}

/** Null when that takes longer. @throws what `opened` rejects with meanwhile. */
async function openedWithin(
  opened: Stream["opened"],
  withinMs: number | null,
): Promise<OpenedStream | null> {
  if (withinMs === null) return opened;
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(late.resolve, withinMs, null);
  try {
    return await Promise.race([opened, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param late the first event, where the headers leave before it */
function eventStream(
  events: AsyncIterable<StreamEvent>,
  late: Stream["opened"] | null,
  { deps, scope, frames }: Answering,
): Response {
  scope.headers["content-type"] = "text/event-stream; charset=utf-8";
  // Reverse proxies that buffer would hold the words back.
  scope.headers["x-accel-buffering"] = "no";
  const { keepAliveMs } = deps.config.server;
  const body = sseBody(events, { frames, keepAliveMs, late, scope });
  return new Response(body, { headers: scope.headers });
}
