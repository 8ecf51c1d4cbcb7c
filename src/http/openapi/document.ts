// Builds the OpenAPI document from the table of endpoints, with Elysia's own generator.
import { swagger } from "@elysiajs/swagger";
import { Elysia } from "elysia";
import packageJson from "../../../package.json" with { type: "json" };
import type { Config } from "../../config/schema.ts";
import { configSchema } from "../../config/schema.ts";
import { pathsOf } from "../endpoint.ts";
import { endpoints } from "../endpoints/table.ts";
import { type DocumentedEndpoint, documentedEndpoints, toDetail } from "./endpoint-doc.ts";
import { errorResponses } from "./error-docs.ts";
import { headerDocs } from "./header-docs.ts";
import { componentSchemas, schemaRefs } from "./schemas.ts";
import { TAGS } from "./tags.ts";

const description = `OpenAI-compatible chat completions and model listing. Any client or SDK \
that targets the OpenAI API can be pointed at this server by changing its base URL to \
\`/api/v1/ai\` and its API key.

The same routes exist under \`/v1\`, for tools that insist on it.

Requests deduct from a credit balance: 1 credit is 1 USD, and amounts are decimal strings with \
6 decimal places. All errors have OpenAI's envelope: \
\`{"error":{"message","type","param","code"}}\`.`;

const SPEC_PATH = "/spec.json";

/**
 * Returns the whole document (OpenAPI 3.0.3) as plain data. It is the same for the life of the
 * process: build it once.
 *
 * @param limits the server's own, which stand in it; the defaults where no server is meant
 *
 * The routes are registered on an app of their own that never listens, because the generator also
 * adds a page that loads its scripts from a CDN, which is not to be served by anyone.
 */
export async function buildOpenApiDocument(
  limits: Config["limits"] = configSchema.parse({}).limits,
): Promise<object> {
  const documented = await documentedEndpoints(endpoints);
  const schemaRef = schemaRefs(documented);
  const generator = swagger({
    specPath: SPEC_PATH,
    // It means paths with a dot, as /openapi.json is.
    excludeStaticFile: false,
    documentation: {
      info: { title: "AACFlow AI API", version: packageJson.version, description },
      servers: [{ url: "/", description: "This server" }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        schemas: componentSchemas(documented, limits),
        responses: errorResponses(),
        headers: headerDocs,
        securitySchemes: {
          bearerAuth: {
            type: "http",
            scheme: "bearer",
            description: "An API key, as OpenAI's SDKs send it. The x-api-key header is taken too.",
          },
        },
      },
    },
  });
  const app = new Elysia().use(generator);
  for (const endpoint of documented) {
    const detail = toDetail(endpoint, schemaRef);
    app.route(endpoint.method, documentedPath(endpoint), () => "", { detail });
  }
  const response = await app.handle(new Request(`http://localhost${SPEC_PATH}`));
  if (!response.ok) throw new Error(`the OpenAPI generator answered ${response.status}`);
  return (await response.json()) as object;
}

/** In Elysia's notation. */
function documentedPath(endpoint: DocumentedEndpoint): string {
  const [path = ""] = pathsOf(endpoint);
  return path.replace("*", `:${endpoint.doc.rest?.name}`);
}
