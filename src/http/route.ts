// What every answer has in common: a scope, a valid host, errors in the envelope, the scope's headers.
import type { Server } from "bun";
import { type ApiError, asApiError, CLIENT_CLOSED_REQUEST } from "../base/errors.ts";
import type { Gateway } from "../calls/gateway.ts";
import type { Config } from "../config/schema.ts";
import type { Caller } from "../keys/authenticate.ts";
import type { Logger } from "../telemetry/log.ts";
import type { RequestLog } from "../telemetry/request-log.ts";
import type { ClientAddressOf } from "./client-address.ts";
import type { Cors } from "./cors.ts";
import { errorEnvelope, errorHeaders } from "./errors.ts";
import type { Admission } from "./metered/admission.ts";
import { RequestScope, setCredits, setReserved } from "./scope.ts";
import { assertHost, pathOf } from "./target.ts";

/** What the endpoints share. */
export interface HttpDeps {
  config: Config;
  gateway: Gateway;
  log: Logger;
  clientAddressOf: ClientAddressOf;
  /** Null where no page of another origin may call. */
  cors: Cors | null;
  admission: Admission;
  /** True while no connection to a provider could be made, for want of file descriptors. */
  isOutOfDescriptors: () => boolean;
  /** True once the server has been told to end. */
  isDraining: () => boolean;
  /** Who sends it may read the metrics; null when nobody may. */
  metricsToken: string | null;
  /** The OpenAPI document. */
  documentJson: () => Promise<string>;
}

/** What came in; `server` is null where no socket is behind it. */
export interface Incoming {
  request: Request;
  server: Server<unknown> | null;
}

export interface Call extends Incoming {
  scope: RequestScope;
  /** What stands in the path for the `*` of the endpoint's, escapes and all; empty where there is none. */
  rest: string;
}

/** A call whose key is known. */
export interface KeyCall extends Call {
  caller: Caller;
}

export type Handler = (call: Call) => Response | Promise<Response>;
export type KeyHandler = (call: KeyCall) => Response | Promise<Response>;

/**
 * Answers a request by a handler, whatever it throws.
 * @param pathLength of the path before `rest`; null for a path without one
 */
export async function answer(
  deps: HttpDeps,
  { request, server }: Incoming,
  handler: Handler,
  pathLength: number | null = null,
): Promise<Response> {
  const { cors } = deps;
  const preflight = cors === null ? null : cors.preflight(request);
  if (preflight !== null) return preflight;
  const scope = new RequestScope(deps.log);
  if (cors !== null) Object.assign(scope.headers, cors.headersFor(request));
  try {
    assertHost(request.headers.get("host"));
    const rest = pathLength === null ? "" : pathOf(request).slice(pathLength);
    return await handler({ request, server, scope, rest });
  } catch (error) {
    return errorResponse(deps, { request, server }, scope, error);
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
export async function errorResponse(
  deps: HttpDeps,
  incoming: Incoming,
  scope: RequestScope,
  error: unknown,
): Promise<Response> {
  const failure = asApiError(error);
  if (failure.status === CLIENT_CLOSED_REQUEST) {
    scope.log.info({}, "client left");
  } else {
    logFailure(deps, incoming, scope.log, failure);
    deps.gateway.metrics.requestRefused(failure.status, failure.code);
  }
  Object.assign(scope.headers, errorHeaders(failure));
  await setFailureCredits(deps, scope, failure);
  return jsonResponse(scope, errorEnvelope(failure), failure.status);
}

/** An error has cost nothing, or not yet; the balance is shown to a caller who is known, if the database can tell. */
async function setFailureCredits(
  { gateway }: HttpDeps,
  scope: RequestScope,
  { heldMicro }: ApiError,
): Promise<void> {
  if (scope.caller === null || scope.headers["x-credits-used"] !== undefined) return;
  try {
    const { balanceMicro } = await gateway.balance(scope.caller.accountId);
    if (heldMicro === undefined) setCredits(scope, 0, balanceMicro);
    else setReserved(scope, heldMicro, balanceMicro);
  } catch (error) {
    scope.log.error({ err: error }, "could not read a balance");
  }
}

function logFailure(
  { clientAddressOf }: HttpDeps,
  { request, server }: Incoming,
  log: RequestLog,
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
