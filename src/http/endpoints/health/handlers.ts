// GET /health and /ready: is the process alive, and may it be sent requests.
import { type Handler, type HttpDeps, jsonResponse } from "../../route.ts";

export const healthHandler: Handler = ({ scope }) => jsonResponse(scope, { status: "ok" });

/** Not ready while draining, and while the database takes no writes. */
export function readyHandler({ gateway, isDraining }: HttpDeps): Handler {
  return ({ scope }) => {
    if (isDraining()) return jsonResponse(scope, { status: "draining" }, 503);
    if (!gateway.isWritable()) return jsonResponse(scope, { status: "unavailable" }, 503);
    return jsonResponse(scope, { status: "ready" });
  };
}
