// All of Elysia: which path and method goes to which handler, and what answers everything else.
import { Elysia } from "elysia";
import { ApiError } from "../base/errors.ts";
import { chatHandler } from "./endpoints/chat-completions/handler.ts";
import { creditsHandler } from "./endpoints/credits/handler.ts";
import { docsHandlers } from "./endpoints/docs/handlers.ts";
import { healthHandler, readyHandler } from "./endpoints/health/handlers.ts";
import { metricsHandler } from "./endpoints/metrics/handler.ts";
import { getModelHandler, listModelsHandler } from "./endpoints/models/handlers.ts";
import { requestHandler } from "./endpoints/requests/handler.ts";
import { API_PREFIXES } from "./openapi/routes.ts";
import {
  errorResponse,
  type Handler,
  type HttpDeps,
  keyRoute,
  openRoute,
  type RouteContext,
} from "./route.ts";
import { openScope } from "./scope.ts";
import { pathOf, readableTarget } from "./target.ts";

interface Route {
  method: "GET" | "POST";
  path: string;
  handle: (context: RouteContext) => Promise<Response>;
}

/**
 * The whole HTTP side. Routes read the body themselves, after the key is known to be good, and give Responses, so
 * nothing of Elysia's parsing, validation or streaming takes part.
 * @param documentJson the OpenAPI document.
 */
export function createApp(deps: HttpDeps, documentJson: string) {
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

  const routes = allRoutes(deps, documentJson);
  for (const { method, path, handle } of routes) {
    app.route(method, path, handle, { parse: "none" });
    if (method === "GET") app.route("HEAD", path, handle, { parse: "none" });
  }
  for (const [path, allow] of methodsByPath(routes)) {
    app.all(
      path,
      refuse(deps, () => methodNotAllowed(allow)),
      { parse: "none" },
    );
  }
  app.all("*", refuse(deps, unknownPath), { parse: "none" });
  return app;
}

function allRoutes(deps: HttpDeps, documentJson: string): Route[] {
  const chat = chatHandler(deps);
  const models = listModelsHandler(deps);
  const credits = creditsHandler(deps);
  const open = (path: string, handler: Handler): Route => ({
    method: "GET",
    path,
    handle: openRoute(deps, handler),
  });
  const api = API_PREFIXES.flatMap((prefix): Route[] => [
    { method: "POST", path: `${prefix}/chat/completions`, handle: keyRoute(deps, chat) },
    { method: "GET", path: `${prefix}/models`, handle: keyRoute(deps, models) },
    {
      method: "GET",
      path: `${prefix}/models/*`,
      handle: keyRoute(deps, getModelHandler(deps, `${prefix}/models/`)),
    },
    { method: "GET", path: `${prefix}/credits`, handle: keyRoute(deps, credits) },
    {
      method: "GET",
      path: `${prefix}/requests/*`,
      handle: keyRoute(deps, requestHandler(deps, `${prefix}/requests/`)),
    },
  ]);
  const { metricsToken } = deps;
  const docs = deps.config.server.docs ? docsHandlers(documentJson) : [];
  return [
    ...api,
    open("/health", healthHandler),
    open("/ready", readyHandler(deps)),
    ...(metricsToken === null ? [] : [open("/metrics", metricsHandler(deps, metricsToken))]),
    ...docs.map(({ path, handler }) => open(path, handler)),
  ];
}

function methodsByPath(routes: Route[]): Map<string, string> {
  const allow = new Map<string, string>();
  for (const { method, path } of routes) {
    allow.set(path, method === "GET" ? "GET, HEAD" : method);
  }
  return allow;
}

function refuse(deps: HttpDeps, error: (request: Request) => ApiError) {
  return openRoute(deps, ({ request }) => {
    throw error(request);
  });
}

function methodNotAllowed(allow: string): ApiError {
  return new ApiError({
    status: 405,
    type: "invalid_request_error",
    code: "method_not_allowed",
    message: `This path takes ${allow}.`,
    allow,
  });
}

function unknownPath(request: Request): ApiError {
  const path = pathOf(request).slice(0, 200);
  return new ApiError({
    status: 404,
    type: "invalid_request_error",
    code: "unknown_url",
    message: `Unknown request URL: ${request.method} ${path}. See /docs for what there is.`,
  });
}
