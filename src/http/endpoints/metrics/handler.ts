// GET /metrics, for a Prometheus that knows the operator's token.
import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "../../../base/errors.ts";
import type { Handler, HttpDeps } from "../../route.ts";

/**
 * The figures tell what the operator earns, so they are for who sends the token as a bearer.
 * @param token never empty
 */
export function metricsHandler({ gateway }: HttpDeps, token: string): Handler {
  const expected = digest(token);
  return async ({ request, scope }) => {
    const sent = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    // Digests have one length, so that comparing them takes one time.
    if (!timingSafeEqual(digest(sent), expected)) throw refused();
    const { text, contentType } = await gateway.metrics.render();
    return new Response(text, { headers: { ...scope.headers, "content-type": contentType } });
  };
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

const refused = (): ApiError =>
  new ApiError({
    status: 401,
    type: "invalid_request_error",
    code: "invalid_api_key",
    message: "Metrics need the server's metrics token, as 'Authorization: Bearer <token>'.",
  });
