// The handlers of the interactive documentation and of the OpenAPI document, one per path.
import { routeDocs } from "../../openapi/routes.ts";
import type { Handler } from "../../route.ts";
import { docsAssets, SWAGGER_UI_VERSION } from "./assets.ts";
import { CONTENT_SECURITY_POLICY, docsPage } from "./page.ts";

/** A path and what answers GET there, to anyone. */
export interface DocsHandler {
  path: string;
  handler: Handler;
}

/**
 * Gives `/openapi.json`, the page `/docs` and the page's files: a fixed list, nothing is looked up
 * by name.
 * @param documentJson the OpenAPI document as JSON text, served as it is.
 */
export function docsHandlers(documentJson: string): DocsHandler[] {
  const page = docsPage(SWAGGER_UI_VERSION);
  const assets = [...docsAssets].map(([path, asset]) => ({
    path,
    handler: answer(asset.body, {
      "content-type": asset.contentType,
      "cache-control": asset.cacheControl,
    }),
  }));
  return [
    {
      path: routeDocs.getOpenApi.path,
      handler: answer(() => documentJson, {
        "content-type": "application/json; charset=utf-8",
        "cache-control": "no-cache",
      }),
    },
    {
      path: routeDocs.getDocs.path,
      handler: answer(() => page, {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
        "content-security-policy": CONTENT_SECURITY_POLICY,
      }),
    },
    ...assets,
  ];
}

function answer(body: () => string | Blob, headers: Record<string, string>): Handler {
  return ({ scope }) =>
    new Response(body(), {
      headers: {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        ...scope.headers,
        ...headers,
      },
    });
}
