// GET /health and /ready: is the process alive, and may it be sent requests.
import type { Endpoint } from "../../endpoint.ts";
import { type Handler, type HttpDeps, jsonResponse } from "../../route.ts";

export const getHealth: Endpoint = {
  method: "GET",
  under: "root",
  path: "/health",
  access: "open",
  create: () => (call) => jsonResponse(call.scope, { status: "ok" }),
  doc: async () => (await import("./documentation.ts")).getHealthDoc,
};

export const getReadiness: Endpoint = {
  method: "GET",
  under: "root",
  path: "/ready",
  access: "open",
  create: readyHandler,
  doc: async () => (await import("./documentation.ts")).getReadinessDoc,
};

/** Not ready while draining, and while the database takes no writes. */
function readyHandler({ gateway, isDraining }: HttpDeps): Handler {
  return async ({ scope }) => {
    if (isDraining()) return jsonResponse(scope, { status: "draining" }, 503);
    if (!(await gateway.isWritable())) return jsonResponse(scope, { status: "unavailable" }, 503);
    return jsonResponse(scope, { status: "ready" });
  };
}
