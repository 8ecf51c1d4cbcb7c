// What browsers may do here, when the operator lets pages of other origins call.

export interface Cors {
  /** Headers for an answer to this request, whatever the answer is. */
  headersFor(request: Request): Record<string, string>;
  /** The answer to a browser's question before a request, which carries no key; null for anything else. */
  preflight(request: Request): Response | null;
}

/** How long a browser need not ask again. Chromium takes two hours at most, Safari ten minutes. */
const MAX_AGE_SECONDS = 600;

const EXPOSED = [
  "x-request-id",
  "x-credits-used",
  "x-credits-remaining",
  "x-credits-reserved",
  "x-aacflow-ignored",
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  "idempotent-replayed",
  "original-request-id",
].join(", ");

/** @param origins as the configuration has them: normalised, `*` for all; null for none. */
export function createCors(origins: readonly string[]): Cors | null {
  if (origins.length === 0) return null;
  const all = origins.includes("*");
  const allowed = new Set(origins);

  function allowOrigin(request: Request): string | null {
    const origin = request.headers.get("origin");
    if (origin === null) return null;
    if (all) return "*";
    return allowed.has(origin) ? origin : null;
  }

  return {
    headersFor(request) {
      const origin = allowOrigin(request);
      return {
        ...(all ? {} : { vary: "Origin" }),
        ...(origin === null
          ? {}
          : {
              "access-control-allow-origin": origin,
              "access-control-expose-headers": EXPOSED,
            }),
      };
    },
    preflight(request) {
      const wantedMethod = request.headers.get("access-control-request-method");
      const origin = allowOrigin(request);
      if (request.method !== "OPTIONS" || wantedMethod === null || origin === null) return null;
      // SDKs add headers with every version, and some browsers ask for `user-agent`: none of them can do harm.
      const wanted = request.headers.get("access-control-request-headers");
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-origin": origin,
          "access-control-allow-methods": "GET, HEAD, POST",
          ...(wanted === null ? {} : { "access-control-allow-headers": wanted }),
          "access-control-max-age": String(MAX_AGE_SECONDS),
          vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        },
      });
    },
  };
}
