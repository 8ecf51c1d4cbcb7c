// The documentation as an app of its own, for tests of the page alone.
import { Elysia } from "elysia";
import { configSchema } from "../../src/config/schema.ts";
import { docsEndpoints } from "../../src/http/endpoints/docs/endpoint.ts";
import type { Handler, HttpDeps } from "../../src/http/route.ts";
import { RequestScope } from "../../src/http/scope.ts";
import { quietLog } from "./quiet-log.ts";

/**
 * Returns an Elysia plugin with `/openapi.json`, the page `/docs` and the page's files.
 * @param documentJson the OpenAPI document as JSON text, served as it is.
 */
export function docsRoutes(documentJson: string) {
  const app = new Elysia({ name: "docs" });
  // They look at nothing else.
  const deps = { config: configSchema.parse({}), documentJson: async () => documentJson };
  for (const { path, create } of docsEndpoints) {
    const handler = create(deps as HttpDeps) as Handler;
    app.get(path, ({ request, server }) =>
      handler({ request, server, scope: new RequestScope(quietLog), rest: "" }),
    );
  }
  return app;
}
