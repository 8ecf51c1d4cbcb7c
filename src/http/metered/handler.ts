// What all endpoints that are paid for do: a place, a body, a key to ask again by, the journey, and its answer over HTTP.
import { ApiError, overloaded, shuttingDown } from "../../base/errors.ts";
import type { Answer } from "../../calls/answer.ts";
import type { GatewayRequest } from "../../calls/gateway.ts";
import type { CallRequest } from "../../calls/operation.ts";
import { type JsonBody, readJsonBody } from "../body/read-body.ts";
import type { HttpDeps, KeyCall, KeyHandler } from "../route.ts";
import type { Frames } from "../sse-writer.ts";
import type { Place } from "./admission.ts";
import { answerResponse } from "./answers.ts";
import { hashOf, readIdempotencyKey } from "./idempotency-key.ts";

/** What one endpoint gives for that. */
export interface MeteredEndpoint<Request extends CallRequest> {
  /** @throws ApiError 400 that names the field */
  parse(body: JsonBody): Request | Promise<Request>;
  /** Takes the request through its journey. @throws ApiError with the status the client is to see */
  answer: Answer<Request>;
  /** How a stream's events are written. */
  frames: Frames;
}

export function meteredHandler<Request extends CallRequest>(
  deps: HttpDeps,
  endpoint: MeteredEndpoint<Request>,
): KeyHandler {
  const { config, admission } = deps;
  const { limits } = config;
  const silence = silenceSeconds(config.server);

  async function answer({ request, scope, caller }: KeyCall, place: Place): Promise<Response> {
    const key = config.idempotency.enabled ? readIdempotencyKey(request.headers) : null;
    const body = await readJsonBody(request, {
      limits,
      hashed: key !== null,
      onLength(bytes) {
        if (bytes <= limits.bodyBytesWithoutCredit) return place.holdBody(bytes);
        return assertCredit(deps, caller.accountId).then(() => place.holdBody(bytes));
      },
    });
    const parsing = endpoint.parse(body);
    const parsed = parsing instanceof Promise ? await parsing : parsing;
    scope.model = parsed.model.slice(0, MAX_LOGGED_CHARS);
    const answered = await deps.gateway.answer(endpoint.answer, {
      accountId: caller.accountId,
      keyId: caller.keyId,
      requestId: scope.requestId,
      request: parsed,
      log: scope.log,
      bodyBytes: body.bodyBytes,
      idempotency: idempotencyOf(key, body),
      signal: request.signal,
      onEnded: () => place.leave(),
      startedAtMs: scope.startedAtMs,
      startedMonoMs: scope.startedMonoMs,
    });
    return answerResponse(answered, { deps, scope, caller, place, frames: endpoint.frames });
  }

  return async (call) => {
    if (deps.isDraining()) throw shuttingDown();
    if (deps.isOutOfDescriptors()) throw tooManyConnections();
    const place = admission.enter(call.caller.accountId);
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
      call.server?.timeout(call.request, silence);
    }
  };
}

function idempotencyOf(
  key: string | null,
  { hash }: JsonBody,
): GatewayRequest<CallRequest>["idempotency"] {
  return key === null || hash === null ? null : { keyHash: hashOf(key), bodyHash: hash };
}

/** Of a model's name that may not be one. */
const MAX_LOGGED_CHARS = 200;

/** The call to a provider would hang. */
const tooManyConnections = (): ApiError =>
  overloaded("The server has too many connections open.", { retryAfterMs: 1000 });

/**
 * A large body is read for those only who could pay for it.
 * @throws ApiError 402
 */
async function assertCredit({ gateway, config }: HttpDeps, accountId: string): Promise<void> {
  const { balanceMicro, heldMicro } = await gateway.balance(accountId);
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
