// The documentation as an app of its own, for tests of the page alone.
import { Elysia } from "elysia";
import { pino } from "pino";
import { docsHandlers } from "../../src/http/endpoints/docs/handlers.ts";
import { openScope } from "../../src/http/scope.ts";

/**
 * Gives an Elysia plugin with `/openapi.json`, the page `/docs` and the page's files.
 * @param documentJson the OpenAPI document as JSON text, served as it is.
 */
export function docsRoutes(documentJson: string) {
  const app = new Elysia({ name: "docs" });
  const log = pino({ level: "silent" });
  for (const { path, handler } of docsHandlers(documentJson)) {
    app.get(path, ({ request, server }) => handler({ request, server, scope: openScope(log) }));
  }
  return app;
}
