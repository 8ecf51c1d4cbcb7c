// GET /health and /ready: is the process alive, and may it be sent requests.
import type { Endpoint } from "../../endpoint.ts";
import { type Handler, type HttpDeps, jsonResponse } from "../../route.ts";
import { health, readiness } from "./schema.ts";

export const getHealth: Endpoint = {
  method: "GET",
  under: "root",
  path: "/health",
  access: "open",
  create: () => (call) => jsonResponse(call.scope, { status: "ok" }),
  doc: {
    operationId: "getHealth",
    tag: "Operation",
    summary: "Is the process alive?",
    description: "Answers as long as the process runs.",
    responses: {
      200: {
        description: "It is.",
        content: { "application/json": { schema: health, example: { status: "ok" } } },
      },
    },
    schemas: { Health: health },
  },
};

export const getReadiness: Endpoint = {
  method: "GET",
  under: "root",
  path: "/ready",
  access: "open",
  create: readyHandler,
  doc: {
    operationId: "getReadiness",
    tag: "Operation",
    summary: "Does the server take requests?",
    description: "For load balancers: 503 while the server shuts down or cannot reach its data.",
    responses: {
      200: {
        description: "It does.",
        content: { "application/json": { schema: readiness, example: { status: "ready" } } },
      },
      503: {
        description: "It does not.",
        content: { "application/json": { schema: readiness, example: { status: "draining" } } },
      },
    },
    schemas: { Readiness: readiness },
  },
};

/** Not ready while draining, and while the database takes no writes. */
function readyHandler({ gateway, isDraining }: HttpDeps): Handler {
  return async ({ scope }) => {
    if (isDraining()) return jsonResponse(scope, { status: "draining" }, 503);
    if (!(await gateway.isWritable())) return jsonResponse(scope, { status: "unavailable" }, 503);
    return jsonResponse(scope, { status: "ready" });
  };
}
