// Who may call an endpoint: checked from the headers alone, before any of the body is read.
import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "../base/errors.ts";
import type { Caller } from "../keys/authenticate.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Call, Handler, HttpDeps } from "./route.ts";

/** Returns an endpoint's handler behind its check; null where this server does not have the endpoint. */
export function guardedHandler(deps: HttpDeps, endpoint: Endpoint): Handler | null {
  switch (endpoint.access) {
    case "open":
      return endpoint.create(deps);
    case "key": {
      const handler = endpoint.create(deps);
      return (
        handler &&
        (async (call) => {
          const found = authenticate(deps, call);
          // A key that is known needs no wait.
          const caller = found instanceof Promise ? await found : found;
          const { request, server, scope, rest } = call;
          scope.caller = caller;
          return await handler({ request, server, scope, rest, caller });
        })
      );
    }
    case "operator": {
      if (deps.metricsToken === null) return null;
      const assertOperator = operatorCheck(deps.metricsToken);
      const handler = endpoint.create(deps);
      return (
        handler &&
        ((call) => {
          assertOperator(call);
          return handler(call);
        })
      );
    }
  }
}

/** @throws ApiError 401 */
function authenticate({ gateway }: HttpDeps, { request }: Call): Caller | Promise<Caller> {
  const { headers } = request;
  return gateway.authenticate({
    authorization: headers.get("authorization"),
    apiKey: headers.get("x-api-key"),
  });
}

/** @param token never empty */
function operatorCheck(token: string): (call: Call) => void {
  const expected = digest(token);
  return ({ request }) => {
    const sent = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    // Digests have one length, so that comparing them takes one time.
    if (!timingSafeEqual(digest(sent), expected)) throw notTheOperator();
  };
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

const notTheOperator = (): ApiError =>
  new ApiError({
    status: 401,
    type: "invalid_request_error",
    code: "invalid_api_key",
    message: "Metrics need the server's metrics token, as 'Authorization: Bearer <token>'.",
  });
