// What every route has in common: scope, a valid host, authentication before the body, errors in the envelope.
import type { Server } from "bun";
import { type ApiError, asApiError, CLIENT_CLOSED_REQUEST } from "../base/errors.ts";
import type { Config } from "../config/schema.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Logger } from "../telemetry/log.ts";
import type { ClientAddressOf } from "./client-address.ts";
import type { Cors } from "./cors.ts";
import { errorEnvelope, errorHeaders } from "./errors.ts";
import { openScope, type RequestScope, setCredits, setReserved } from "./scope.ts";
import { assertHost, pathOf } from "./target.ts";

/** What the routes share. */
export interface HttpDeps {
  config: Config;
  gateway: Gateway;
  log: Logger;
  clientAddressOf: ClientAddressOf;
  cors: Cors;
  /** True while no connection to a provider could be made, for want of file descriptors. */
  isOutOfDescriptors: () => boolean;
  /** True once the server has been told to end. */
  isDraining: () => boolean;
  /** Who sends it may read the metrics; null when nobody may. */
  metricsToken: string | null;
}

/** The part of Elysia's context that a route sees; `server` is null where no socket is behind it. */
export interface RouteContext {
  request: Request;
  server: Server<unknown> | null;
}

export interface Call extends RouteContext {
  scope: RequestScope;
}

export type Handler = (call: Call) => Response | Promise<Response>;

/** A route that anyone may call. */
export function openRoute(deps: HttpDeps, handler: Handler) {
  return (context: RouteContext): Promise<Response> => run(deps, context, handler);
}

/** A route for callers with a key. The key is checked from the headers alone, before any of the body is read. */
export function keyRoute(deps: HttpDeps, handler: Handler) {
  return (context: RouteContext): Promise<Response> =>
    run(deps, context, (call) => {
      const { headers } = call.request;
      const caller = deps.gateway.authenticate({
        authorization: headers.get("authorization"),
        apiKey: headers.get("x-api-key"),
      });
      call.scope.caller = caller;
      call.scope.log.setBindings({ accountId: caller.accountId, keyId: caller.keyId });
      return handler(call);
    });
}

async function run(deps: HttpDeps, context: RouteContext, handler: Handler): Promise<Response> {
  const preflight = deps.cors.preflight(context.request);
  if (preflight !== null) return preflight;
  const scope = openScope(deps.log);
  Object.assign(scope.headers, deps.cors.headersFor(context.request));
  try {
    assertHost(context.request.headers.get("host"));
    return await handler({ request: context.request, server: context.server, scope });
  } catch (error) {
    return errorResponse(deps, context, scope, error);
  }
}

/** A JSON answer with the scope's headers. */
export function jsonResponse(scope: RequestScope, body: unknown, status = 200): Response {
  return jsonTextResponse(scope, JSON.stringify(body), status);
}

/** The same from a text that is JSON already. */
export function jsonTextResponse(scope: RequestScope, json: string, status = 200): Response {
  scope.headers["content-type"] = "application/json";
  return new Response(json, { status, headers: scope.headers });
}

/** Any failure as its answer. Faults of ours are logged with their cause and masked. */
export function errorResponse(
  deps: HttpDeps,
  context: RouteContext,
  scope: RequestScope,
  error: unknown,
): Response {
  const failure = asApiError(error);
  if (failure.status === CLIENT_CLOSED_REQUEST) {
    scope.log.info("client left");
  } else {
    logFailure(deps, context, scope.log, failure);
    deps.gateway.metrics.requestRefused(failure.status, failure.code);
  }
  Object.assign(scope.headers, errorHeaders(failure));
  setFailureCredits(deps, scope, failure);
  return jsonResponse(scope, errorEnvelope(failure), failure.status);
}

/** An error has cost nothing, or not yet; the balance is shown to a caller who is known, if the database can tell. */
function setFailureCredits(
  { gateway }: HttpDeps,
  scope: RequestScope,
  { reservedMicro }: ApiError,
): void {
  if (scope.caller === null || scope.headers["x-credits-used"] !== undefined) return;
  try {
    const { balanceMicro } = gateway.balance(scope.caller.accountId);
    if (reservedMicro === undefined) setCredits(scope, 0, balanceMicro);
    else setReserved(scope, reservedMicro, balanceMicro);
  } catch (error) {
    scope.log.error({ err: error }, "could not read a balance");
  }
}

function logFailure(
  { clientAddressOf }: HttpDeps,
  { request, server }: RouteContext,
  log: Logger,
  failure: ApiError,
): void {
  const { status, code, upstreamStatus, cause } = failure;
  const line = {
    client: clientAddressOf(server?.requestIP(request)?.address ?? null, request.headers),
    method: request.method,
    // The path alone, and not all of an endless one: a query may hold anything.
    path: pathOf(request).slice(0, 200),
    status,
    code: code ?? undefined,
    upstreamStatus,
  };
  if (status < 500) {
    log.info(line, "request refused");
    return;
  }
  // Only a fault of ours needs its stack; a provider's trouble needs its words.
  const why = cause === undefined ? { reason: failure.message } : { err: cause };
  if (status === 500) log.error({ ...line, ...why }, "request failed");
  else log.warn({ ...line, ...why }, "request failed");
}
