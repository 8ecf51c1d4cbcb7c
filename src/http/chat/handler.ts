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

  return async (call) => {
    if (deps.isDraining()) throw shuttingDown();
    if (bodiesInReading + gateway.inProgress() >= config.limits.concurrentRequests) {
      throw tooManyRequests();
    }
    // Bun would close a connection that is silent for some seconds; a model may think for minutes.
    call.server?.timeout(call.request, 0);
    const { json, bodyBytes } = await readBody(call);
    const answer = await gateway.answerChat({
      ...(call.scope.caller as Caller),
      requestId: call.scope.requestId,
      request: parseChatRequest(json, config.limits),
      bodyBytes,
      signal: call.request.signal,
      startedAtMs: call.scope.startedAtMs,
      startedMonoMs: call.scope.startedMonoMs,
    });
    return answer.kind === "stream"
      ? streamResponse(deps, call.scope, answer)
      : completionResponse(call.scope, answer);
  };
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
