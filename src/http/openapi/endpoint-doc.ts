// What a route says of itself, and how that becomes Elysia's `detail`.
import type { DocumentDecoration } from "elysia";
import { type ErrorName, errorDocs } from "./error-docs.ts";
import { type HeaderName, headerRefs } from "./header-docs.ts";
import { type SchemaName, schemaRef } from "./schemas.ts";

interface NamedExample {
  summary: string;
  value: unknown;
}

/** One media type of a body. Without a schema it is plain text. */
export interface MediaDoc {
  schema?: SchemaName;
  example?: unknown;
  examples?: Record<string, NamedExample>;
}

export interface ResponseDoc {
  description: string;
  headers?: readonly HeaderName[];
  /** By media type. */
  content: Record<string, MediaDoc>;
}

export interface ParameterDoc {
  description: string;
  /** Fills the form of the documentation page, so that it must be fit to be sent again and again. */
  example?: string;
}

/** A public route: enough to register it and to document it. */
export interface RouteDoc {
  method: "GET" | "POST";
  /** In Elysia's notation, as `/models/:id`. */
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  description: string;
  /** `key`: an API key is needed. */
  access: "key" | "open";
  pathParameters?: Record<string, ParameterDoc>;
  /** Headers that a caller may send. */
  headerParameters?: Record<string, ParameterDoc>;
  /** The JSON body. */
  request?: MediaDoc;
  /** By status; the errors come in `errors`. */
  responses: Record<number, ResponseDoc>;
  errors: readonly ErrorName[];
}

/**
 * Gives the `detail` of a route for the OpenAPI plugin. The route itself gets no schema hook: the
 * plugin would print the schema's internals, and Elysia would validate before the key is known to
 * be good.
 */
export function toDetail(doc: RouteDoc): DocumentDecoration {
  const responses: Record<string, unknown> = {};
  for (const [status, response] of Object.entries(doc.responses)) {
    responses[status] = toResponse(response);
  }
  for (const name of doc.errors) {
    responses[errorDocs[name].status] = { $ref: `#/components/responses/${name}` };
  }
  return {
    operationId: doc.operationId,
    tags: [doc.tag],
    summary: doc.summary,
    description: doc.description,
    security: doc.access === "key" ? [{ bearerAuth: [] }] : [],
    ...((doc.pathParameters || doc.headerParameters) && {
      parameters: [
        ...toParameters("path", doc.pathParameters ?? {}),
        ...toParameters("header", doc.headerParameters ?? {}),
      ],
    }),
    ...(doc.request && {
      requestBody: { required: true, content: { "application/json": toMedia(doc.request) } },
    }),
    // The plugin's types come from a package of which only Elysia's re-export is a dependency here.
    responses: responses as NonNullable<DocumentDecoration["responses"]>,
  };
}

function toResponse(doc: ResponseDoc) {
  return {
    description: doc.description,
    headers: headerRefs(doc.headers ?? ["X-Request-Id"]),
    content: Object.fromEntries(
      Object.entries(doc.content).map(([type, media]) => [type, toMedia(media)]),
    ),
  };
}

function toMedia(doc: MediaDoc) {
  const schema = doc.schema === undefined ? { type: "string" as const } : schemaRef(doc.schema);
  return {
    schema,
    ...(doc.example !== undefined && { example: doc.example }),
    ...(doc.examples && { examples: doc.examples }),
  };
}

function toParameters(place: "path" | "header", parameters: Record<string, ParameterDoc>) {
  return Object.entries(parameters).map(([name, { description, example }]) => ({
    in: place,
    name,
    required: place === "path",
    description,
    schema: { type: "string" as const },
    ...(example !== undefined && { example }),
  }));
}
