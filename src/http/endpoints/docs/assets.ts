// The files of the documentation page, embedded in the executable: the fixed list of what /docs/
// serves.
import favicon from "swagger-ui-dist/favicon-32x32.png" with { type: "file" };
import { version } from "swagger-ui-dist/package.json" with { type: "json" };
import stylesheet from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import bundle from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import { INITIALIZER } from "./page.ts";

interface DocsAsset {
  contentType: string;
  cacheControl: string;
  /** Returns the content; files are opened when they are asked for. */
  body: () => string | Blob;
}

/** Swagger UI's version, which the page puts into its links: a new version has new addresses. */
export const SWAGGER_UI_VERSION: string = version;

const FOREVER = "public, max-age=31536000, immutable";

/** By path. Nothing else under /docs/ exists. */
export const docsAssets = new Map<string, DocsAsset>([
  [
    "/docs/swagger-ui-bundle.js",
    {
      contentType: "text/javascript; charset=utf-8",
      cacheControl: FOREVER,
      body: () => Bun.file(bundle),
    },
  ],
  [
    "/docs/swagger-ui.css",
    {
      contentType: "text/css; charset=utf-8",
      cacheControl: FOREVER,
      body: () => Bun.file(stylesheet),
    },
  ],
  [
    "/docs/favicon.png",
    { contentType: "image/png", cacheControl: FOREVER, body: () => Bun.file(favicon) },
  ],
  [
    "/docs/initializer.js",
    {
      contentType: "text/javascript; charset=utf-8",
      cacheControl: "no-cache",
      body: () => INITIALIZER,
    },
  ],
]);
