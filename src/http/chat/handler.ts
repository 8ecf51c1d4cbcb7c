// POST /chat/completions: from the HTTP request to the journey, and from its answer back to HTTP.
import { shuttingDown, tooManyRequests } from "../../base/errors.ts";
import { formatCredits } from "../../base/micro.ts";
import type { Caller } from "../../gateway/authenticate.ts";
import type { ChatAnswer } from "../../gateway/chat.ts";
import { readJsonBody } from "../body/read-body.ts";
import { type Call, type Handler, type HttpDeps, jsonResponse } from "../route.ts";
import { type RequestScope, setCredits } from "../scope.ts";
import { parseChatRequest } from "./parse-request.ts";
import { sseBody } from "./sse.ts";

export function chatHandler(deps: HttpDeps): Handler {
  const { config, gateway } = deps;
  let bodiesInReading = 0;

  async function readBody({ request }: Call) {
    bodiesInReading++;
    try {
      return await readJsonBody(request, config.limits);
    } finally {
      bodiesInReading--;
    }
  }

  async function answer(call: Call): Promise<Response> {
    const { json, bodyBytes } = await readBody(call);
    const answered = await gateway.answerChat({
      ...(call.scope.caller as Caller),
      requestId: call.scope.requestId,
      request: parseChatRequest(json, config.limits),
      bodyBytes,
      signal: call.request.signal,
      startedAtMs: call.scope.startedAtMs,
      startedMonoMs: call.scope.startedMonoMs,
    });
    return answered.kind === "stream"
      ? streamResponse(deps, call.scope, answered)
      : completionResponse(call.scope, answered);
  }

  return async (call) => {
    if (deps.isDraining()) throw shuttingDown();
    if (bodiesInReading + gateway.inProgress() >= config.limits.concurrentRequests) {
      throw tooManyRequests();
    }
    // Bun would close a connection that is silent for some seconds; a model may think for minutes.
    call.server?.timeout(call.request, 0);
    try {
      return await answer(call);
    } finally {
      // The setting stays with the connection, so it is put back. From here on silence means a client that does not
      // read: keep-alive comments are written all the time.
      call.server?.timeout(call.request, silenceSeconds(config.server));
    }
  };
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

function completionResponse(scope: RequestScope, { body, settled }: Completion): Response {
  setCredits(scope, settled.chargedMicro, settled.balanceMicro);
  return jsonResponse(scope, body);
}

function streamResponse(deps: HttpDeps, scope: RequestScope, answer: Stream): Response {
  const { amountMicro, balanceMicro } = answer.held;
  // The cost is not known yet: the deposit stands for it, and X-Credits-Reserved says so.
  setCredits(scope, amountMicro, balanceMicro - amountMicro);
  scope.headers["x-credits-reserved"] = formatCredits(amountMicro);
  scope.headers["content-type"] = "text/event-stream; charset=utf-8";
  scope.headers["cache-control"] = "no-cache";
  // Reverse proxies that buffer would hold the words back.
  scope.headers["x-accel-buffering"] = "no";
  const body = sseBody(answer.events, {
    requestId: scope.requestId,
    keepAliveMs: deps.config.server.keepAliveMs,
    log: deps.log,
  });
  return new Response(body, { headers: scope.headers });
}
