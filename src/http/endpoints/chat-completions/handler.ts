// POST /chat/completions: from the HTTP request to the journey, and from its answer back to HTTP.
import { systemClock } from "../../../base/clock.ts";
import { ApiError, overloaded, shuttingDown } from "../../../base/errors.ts";
import type { Caller } from "../../../gateway/authenticate.ts";
import type { ChatAnswer } from "../../../gateway/chat.ts";
import type { ChatEvent, OpenedStream } from "../../../gateway/stream-chat.ts";
import { createAdmission, type Place } from "../../admission.ts";
import { ONE_TURN_BYTES, readJsonBody } from "../../body/read-body.ts";
import { hashOf, readIdempotencyKey } from "../../idempotency-key.ts";
import { type Call, type Handler, type HttpDeps, jsonTextResponse } from "../../route.ts";
import { type RequestScope, setCredits, setIgnored, setReserved } from "../../scope.ts";
import { sseBody } from "../../sse-writer.ts";
import { assertArgumentsShape } from "./arguments-shape.ts";
import { parseChatRequest } from "./parse.ts";

/** Of a model's name that may not be one. */
const MAX_LOGGED_CHARS = 200;

export function chatHandler(deps: HttpDeps): Handler {
  const { config, gateway } = deps;
  const { limits } = config;
  const admission = createAdmission(limits);

  async function answer(call: Call, place: Place): Promise<Response> {
    const { scope } = call;
    const caller = scope.caller as Caller;
    const key = config.idempotency.enabled ? readIdempotencyKey(call.request.headers) : null;
    const { json, bodyBytes, hash } = await readJsonBody(call.request, {
      limits,
      hashed: key !== null,
      onLength(bytes) {
        if (bytes > limits.bodyBytesWithoutCredit) assertCredit(deps, caller.accountId);
        place.holdBody(bytes);
      },
    });
    const request = parseChatRequest(json, limits);
    if (bodyBytes > ONE_TURN_BYTES) {
      await systemClock.nextTurn();
      await assertArgumentsShape(request, limits, systemClock.nextTurn);
      await systemClock.nextTurn();
    }
    scope.log.setBindings({ model: request.model.slice(0, MAX_LOGGED_CHARS) });
    const answered = await gateway.answerChat({
      ...caller,
      requestId: scope.requestId,
      request,
      log: scope.log,
      bodyBytes,
      idempotency: key === null || hash === null ? null : { keyHash: hashOf(key), bodyHash: hash },
      signal: call.request.signal,
      onEnded: place.leave,
      startedAtMs: scope.startedAtMs,
      startedMonoMs: scope.startedMonoMs,
    });
    switch (answered.kind) {
      case "completion":
        return completionResponse(scope, answered);
      case "stream":
        // A failure is told by whoever waits for the first event, here or in the stream's own events.
        answered.opened.then(place.bodyWasSent, () => undefined);
        return await streamResponse(deps, scope, answered).catch(async (error: unknown) => {
          // Nobody will read it.
          await answered.events.return?.();
          throw error;
        });
      case "replay":
        place.leave();
        return replayResponse(deps, scope, answered);
    }
  }

  return async (call) => {
    if (deps.isDraining()) throw shuttingDown();
    if (deps.isOutOfDescriptors()) throw tooManyConnections();
    const place = admission.enter((call.scope.caller as Caller).accountId);
    // Bun would close a connection that is silent for some seconds; a model may think for minutes.
    call.server?.timeout(call.request, 0);
    try {
      return await answer(call, place);
    } catch (error) {
      place.leave();
      throw error;
    } finally {
      // The setting stays with the connection, so it is put back. From here on silence means a client that does not
      // read: keep-alive comments are written all the time.
      call.server?.timeout(call.request, silenceSeconds(config.server));
    }
  };
}

/** The call to a provider would hang. */
const tooManyConnections = (): ApiError =>
  overloaded("The server has too many connections open.", { retryAfterMs: 1000 });

/**
 * A large body is read for those only who could pay for it.
 * @throws ApiError 402
 */
function assertCredit({ gateway, config }: HttpDeps, accountId: string): void {
  const { balanceMicro, heldMicro } = gateway.balance(accountId);
  if (balanceMicro > heldMicro) return;
  const max = config.limits.bodyBytesWithoutCredit;
  throw new ApiError({
    status: 402,
    type: "insufficient_quota",
    code: "insufficient_credits",
    message: `The account has no credit available, and without it a request body may have at most ${max} bytes.`,
    shouldRetry: balanceMicro > 0,
  });
}

/** Bun's own limit for the timeout of a connection. */
const MAX_TIMEOUT_SECONDS = 255;

/** How long a connection may take nothing: several keep-alives, since Bun counts in steps of four seconds. */
function silenceSeconds({ idleTimeoutMs, keepAliveMs }: HttpDeps["config"]["server"]): number {
  const silenceMs = Math.max(idleTimeoutMs, 3 * keepAliveMs);
  return Math.min(MAX_TIMEOUT_SECONDS, Math.ceil(silenceMs / 1000));
}

type Completion = Extract<ChatAnswer, { kind: "completion" }>;
type Stream = Extract<ChatAnswer, { kind: "stream" }>;
type Replayed = Extract<ChatAnswer, { kind: "replay" }>;

function completionResponse(scope: RequestScope, { json, settled, ignored }: Completion): Response {
  setIgnored(scope, ignored);
  setCredits(scope, settled.chargedMicro, settled.balanceMicro);
  return jsonTextResponse(scope, json);
}

/** The answer of an earlier request with the same idempotency key, word for word, and free. */
function replayResponse(deps: HttpDeps, scope: RequestScope, replay: Replayed): Response {
  const { balanceMicro } = deps.gateway.balance((scope.caller as Caller).accountId);
  setCredits(scope, 0, balanceMicro);
  scope.headers["idempotent-replayed"] = "true";
  scope.headers["original-request-id"] = replay.requestId;
  setIgnored(scope, replay.ignored);
  if (!replay.stream) return jsonTextResponse(scope, replay.body);
  return eventStream(deps, scope, replayedEvents(replay.body, balanceMicro));
}

async function* replayedEvents(body: string, balanceMicro: number): AsyncGenerator<ChatEvent> {
  // A stream without a chunk was kept as nothing, which is no line.
  const chunks = body === "" ? [] : body.split("\n");
  for (const json of chunks) yield { type: "chunk", json };
  yield { type: "end", settled: { chargedMicro: 0, balanceMicro }, usageJson: null };
}

/**
 * Answers as soon as the provider's first event is known to be good, so that a failure before it has a real status. A
 * provider that is silent for long is not waited for: proxies in between would give up on the connection, so the
 * answer is a 200 then, with keep-alive comments until the first event or an error frame comes.
 */
async function streamResponse(
  deps: HttpDeps,
  scope: RequestScope,
  answer: Stream,
): Promise<Response> {
  const withinMs = deps.config.server.firstByteWithinMs;
  // What has failed by then has its real status, however long the database takes to record it.
  const opened =
    (await openedWithin(answer.opened, withinMs)) ??
    (answer.hasEnded() ? await answer.opened : null);
  if (opened === null) answer.markAnswered();
  else setIgnored(scope, opened.ignored);
  const { amountMicro, balanceMicro } = answer.held;
  setReserved(scope, amountMicro, balanceMicro);
  return eventStream(deps, scope, answer.events, opened === null ? answer.opened : null);
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

function eventStream(
  deps: HttpDeps,
  scope: RequestScope,
  events: AsyncIterable<ChatEvent>,
  late: Stream["opened"] | null = null,
): Response {
  scope.headers["content-type"] = "text/event-stream; charset=utf-8";
  // Reverse proxies that buffer would hold the words back.
  scope.headers["x-accel-buffering"] = "no";
  const body = sseBody(events, {
    keepAliveMs: deps.config.server.keepAliveMs,
    late,
    log: scope.log,
  });
  return new Response(body, { headers: scope.headers });
}
