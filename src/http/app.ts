// All of Elysia: which path and method goes to which endpoint, and what answers everything else.
import { Elysia } from "elysia";
import { ApiError } from "../base/errors.ts";
import { guardedHandler } from "./access.ts";
import { type Endpoint, pathsOf } from "./endpoint.ts";
import { endpoints } from "./endpoints/table.ts";
import { answer, errorResponse, type Handler, type HttpDeps } from "./route.ts";
import { openScope } from "./scope.ts";
import { pathOf, readableTarget } from "./target.ts";

/**
 * The whole HTTP side. Handlers read the body themselves, after the key is known to be good, and return Responses, so
 * nothing of Elysia's parsing, validation or streaming takes part.
 */
export function createApp(deps: HttpDeps) {
  const app = new Elysia({
    // Otherwise paths are looked for behind a host name of at least four characters, and http://ai/ has no routes.
    handler: { standardHostname: false },
    serve: {
      // A forgotten second server would otherwise share the port, and take half of the requests, unnoticed.
      reusePort: false,
      // Bun's page for what nobody caught would show our source to the caller.
      development: false,
      // Over its own limit Bun answers without a body; ours comes first, with the envelope.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      // Requests to models lift it for themselves: a model may think for minutes.
      idleTimeout: Math.ceil(deps.config.server.idleTimeoutMs / 1000),
    },
  });
  // Around everything, the routes that Bun matches by itself included.
  app.wrap((handle: (request: Request) => unknown) => (request: Request) => {
    readableTarget(request);
    return handle(request);
  });
  // Before the routes: Elysia applies a hook only to what is registered after it.
  app.onError(({ error, request }) =>
    errorResponse(deps, { request, server: app.server }, openScope(deps.log), error),
  );

  // Elysia reads from a function's text what to prepare for it: for `(context) => ...` headers, cookies and query as well.
  const route =
    (handler: Handler, pathLength: number | null = null) =>
    ({ request }: { request: Request }): Promise<Response> =>
      answer(deps, { request, server: app.server }, handler, pathLength);

  const methodsOf = new Map<string, string[]>();
  for (const endpoint of endpoints) {
    const handler = guardedHandler(deps, endpoint);
    if (handler === null) continue;
    const methods = takenMethods(endpoint);
    for (const path of pathsOf(endpoint)) {
      const run = route(handler, path.endsWith("*") ? path.length - 1 : null);
      for (const method of methods) app.route(method, path, run, { parse: "none" });
      methodsOf.set(path, [...(methodsOf.get(path) ?? []), ...methods]);
    }
  }
  for (const [path, methods] of methodsOf) {
    app.all(path, route(refuse(methodNotAllowed(methods.join(", ")))), { parse: "none" });
  }
  app.all("*", route(refuse(unknownPath)), { parse: "none" });
  return app;
}

const takenMethods = ({ method }: Endpoint): string[] =>
  method === "GET" ? ["GET", "HEAD"] : [method];

function refuse(errorFor: (request: Request) => ApiError): Handler {
  return ({ request }) => {
    throw errorFor(request);
  };
}

const methodNotAllowed = (allow: string) => (): ApiError =>
  new ApiError({
    status: 405,
    type: "invalid_request_error",
    code: "method_not_allowed",
    message: `This path takes ${allow}.`,
    allow,
  });

function unknownPath(request: Request): ApiError {
  const path = pathOf(request).slice(0, 200);
  return new ApiError({
    status: 404,
    type: "invalid_request_error",
    code: "unknown_url",
    message: `Unknown request URL: ${request.method} ${path}. See /docs for what there is.`,
  });
}
