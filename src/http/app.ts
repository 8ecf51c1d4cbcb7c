// All of Elysia: which path and method goes to which endpoint, and what answers everything else.
import type { Server } from "bun";
import { Elysia } from "elysia";
import { ApiError } from "../base/errors.ts";
import { guardedHandler } from "./access.ts";
import { type Endpoint, pathsOf } from "./endpoint.ts";
import { endpoints } from "./endpoints/table.ts";
import { answer, errorResponse, type Handler, type HttpDeps } from "./route.ts";
import { RequestScope } from "./scope.ts";
import { pathOf, readableTarget } from "./target.ts";

/**
 * The whole HTTP side. Handlers read the body themselves, after the key is known to be good, and return Responses, so
 * nothing of Elysia's parsing, validation or streaming takes part.
 */
export function createApp(deps: HttpDeps) {
  /** By path and method: what Bun's own router answers, with nothing of Elysia's in between. */
  const ownRoutes: Record<string, Record<string, Run>> = {};
  const app = new Elysia({
    // Otherwise paths are looked for behind a host name of at least four characters, and http://ai/ has no routes.
    handler: { standardHostname: false },
    serve: {
      routes: ownRoutes,
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
  // Around all that Bun does not match by itself.
  app.wrap((handle: (request: Request) => unknown) => (request: Request) => {
    readableTarget(request);
    return handle(request);
  });
  // Before the routes: Elysia applies a hook only to what is registered after it.
  app.onError(({ error, request }) =>
    errorResponse(deps, { request, server: app.server }, new RequestScope(deps.log), error),
  );

  const runnerOf =
    (handler: Handler, pathLength: number | null = null): Run =>
    (request, server) =>
      answer(deps, { request, server }, handler, pathLength);
  // Elysia reads from a function's text what to prepare for it: for `(context) => ...` headers, cookies and query as well.
  const route =
    (run: Run) =>
    ({ request }: { request: Request }): Promise<Response> =>
      run(request, app.server);

  const methodsOf = new Map<string, string[]>();
  for (const endpoint of endpoints) {
    const handler = guardedHandler(deps, endpoint);
    if (handler === null) continue;
    const methods = takenMethods(endpoint);
    for (const path of pathsOf(endpoint)) {
      const isPrefix = path.endsWith("*");
      const run = runnerOf(handler, isPrefix ? path.length - 1 : null);
      for (const method of methods) {
        app.route(method, path, route(run), { parse: "none" });
        if (!isPrefix) ownRoutes[path] = { ...ownRoutes[path], [method]: run };
      }
      methodsOf.set(path, [...(methodsOf.get(path) ?? []), ...methods]);
    }
  }
  for (const [path, methods] of methodsOf) {
    const run = runnerOf(refuse(methodNotAllowed(methods.join(", "))));
    app.all(path, route(run), { parse: "none" });
  }
  app.all("*", route(runnerOf(refuse(unknownPath))), { parse: "none" });
  return app;
}

/** Answers a request; never rejects. `server` is null where no socket is behind it. */
type Run = (request: Request, server: Server<unknown> | null) => Promise<Response>;

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
