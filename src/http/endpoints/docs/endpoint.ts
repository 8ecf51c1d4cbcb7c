// GET /openapi.json, the page /docs and the page's files: a fixed list, nothing is looked up by name.
import type { Endpoint } from "../../endpoint.ts";
import type { Handler, HttpDeps } from "../../route.ts";
import { docsAssets, SWAGGER_UI_VERSION } from "./assets.ts";
import { CONTENT_SECURITY_POLICY, docsPage } from "./page.ts";

const common = { method: "GET", under: "root", access: "open" } as const;

const getOpenApi: Endpoint = {
  ...common,
  path: "/openapi.json",
  create: shown(({ documentJson }) => {
    const headers = { "content-type": "application/json; charset=utf-8" };
    return { body: documentJson, headers: { ...headers, "cache-control": "no-cache" } };
  }),
  doc: async () => (await import("./documentation.ts")).getOpenApiDoc,
};

const getDocs: Endpoint = {
  ...common,
  path: "/docs",
  create: shown(() => {
    const page = docsPage(SWAGGER_UI_VERSION);
    return {
      body: () => page,
      headers: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
        "content-security-policy": CONTENT_SECURITY_POLICY,
      },
    };
  }),
  doc: async () => (await import("./documentation.ts")).getDocsDoc,
};

const files = [...docsAssets].map(
  ([path, { body, contentType, cacheControl }]): Endpoint => ({
    ...common,
    path,
    create: shown(() => ({
      body,
      headers: { "content-type": contentType, "cache-control": cacheControl },
    })),
    doc: null,
  }),
);

export const docsEndpoints: readonly Endpoint[] = [getOpenApi, getDocs, ...files];

interface Shown {
  body: () => string | Blob | Promise<string>;
  headers: Record<string, string>;
}

/** Shows the same to everybody, where the server has a documentation. */
function shown(make: (deps: HttpDeps) => Shown): (deps: HttpDeps) => Handler | null {
  return (deps) => {
    if (!deps.config.server.docs) return null;
    const { body, headers } = make(deps);
    return async ({ scope }) =>
      new Response(await body(), {
        headers: {
          "x-content-type-options": "nosniff",
          "referrer-policy": "no-referrer",
          ...scope.headers,
          ...headers,
        },
      });
  };
}
