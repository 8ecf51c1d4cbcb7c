// What an endpoint says of itself, and how that becomes an operation of the OpenAPI document.
import type { DocumentDecoration } from "elysia";
import type { z } from "zod";
import type { Config } from "../../config/schema.ts";
import type { Access, Endpoint } from "../endpoint.ts";
import { type ErrorName, errorDocs } from "./error-docs.ts";
import { CREDIT_HEADERS, type HeaderName, headerRefs } from "./header-docs.ts";
import type { JsonSchema, SchemaRef } from "./schemas.ts";
import type { Tag } from "./tags.ts";

interface NamedExample {
  summary: string;
  value: unknown;
}

/** One media type of a body. Without a schema it is plain text. */
export interface MediaDoc {
  /** One of the endpoints' named schemas. */
  schema?: z.ZodType;
  example?: unknown;
  examples?: Record<string, NamedExample>;
}

export interface ResponseDoc {
  description: string;
  /** Beside those that every answer has. */
  headers?: readonly HeaderName[];
  /** By media type. */
  content: Record<string, MediaDoc>;
}

export interface ParameterDoc {
  description: string;
  /** Fills the form of the documentation page, so that it must be fit to be sent again and again. */
  example?: string;
}

/** What is said of an endpoint beside its method, path and access, which its record has already. */
export interface EndpointDoc {
  operationId: string;
  tag: Tag;
  summary: string;
  description: string;
  /** The name of what stands for the `*` of the path. */
  rest?: ParameterDoc & { name: string };
  /** Headers that a caller may send. */
  headerParameters?: Record<string, ParameterDoc>;
  /** The JSON body. */
  request?: MediaDoc;
  /** By status; the errors come in `errors`. */
  responses: Record<number, ResponseDoc>;
  /** Beside those that its access brings. */
  errors?: readonly ErrorName[];
  /** By the names that they have in the document. */
  schemas?: Record<string, z.ZodType>;
  /** What the operator bounds, by a schema's and a field's name: the schemas themselves know no configuration. */
  bounds?: (limits: Config["limits"]) => Record<string, Record<string, JsonSchema>>;
}

export type DocumentedEndpoint = Omit<Endpoint, "doc"> & { doc: EndpointDoc };

/** Those that have a documentation, with it. */
export async function documentedEndpoints(
  endpoints: readonly Endpoint[],
): Promise<DocumentedEndpoint[]> {
  const documented: DocumentedEndpoint[] = [];
  for (const { doc, ...endpoint } of endpoints) {
    if (doc !== null) documented.push({ ...endpoint, doc: await doc() });
  }
  return documented;
}

/** What an endpoint can answer, whatever it does, because of how it is called. */
const ACCESS_ERRORS: Record<Access, readonly ErrorName[]> = {
  open: ["MethodNotAllowed"],
  operator: ["InvalidApiKey", "MethodNotAllowed"],
  key: ["InvalidApiKey", "MethodNotAllowed", "RateLimited", "InternalError", "Overloaded"],
};

/**
 * Returns the `detail` of a route for the OpenAPI plugin. The route itself gets no schema hook: the
 * plugin would print the schema's internals, and Elysia would validate before the key is known to
 * be good.
 */
export function toDetail(endpoint: DocumentedEndpoint, schemaRef: SchemaRef): DocumentDecoration {
  const { doc, access } = endpoint;
  const responses: Record<string, unknown> = {};
  for (const [status, response] of Object.entries(doc.responses)) {
    responses[status] = toResponse(response, access, schemaRef);
  }
  for (const name of [...ACCESS_ERRORS[access], ...(doc.errors ?? [])]) {
    responses[errorDocs[name].status] = { $ref: `#/components/responses/${name}` };
  }
  const parameters = [
    ...(doc.rest === undefined ? [] : [toParameter("path", doc.rest.name, doc.rest)]),
    ...Object.entries(doc.headerParameters ?? {}).map(([name, it]) =>
      toParameter("header", name, it),
    ),
  ];
  return {
    operationId: doc.operationId,
    tags: [doc.tag],
    summary: doc.summary,
    description: doc.description,
    security: access === "open" ? [] : [{ bearerAuth: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(doc.request && {
      requestBody: {
        required: true,
        content: { "application/json": toMedia(doc.request, schemaRef) },
      },
    }),
    // The plugin's types come from a package of which only Elysia's re-export is a dependency here.
    responses: responses as NonNullable<DocumentDecoration["responses"]>,
  };
}

function toResponse(doc: ResponseDoc, access: Access, schemaRef: SchemaRef) {
  const common: readonly HeaderName[] = access === "key" ? CREDIT_HEADERS : ["X-Request-Id"];
  return {
    description: doc.description,
    headers: headerRefs([...common, ...(doc.headers ?? [])]),
    content: Object.fromEntries(
      Object.entries(doc.content).map(([type, media]) => [type, toMedia(media, schemaRef)]),
    ),
  };
}

function toMedia(doc: MediaDoc, schemaRef: SchemaRef) {
  const schema = doc.schema === undefined ? { type: "string" as const } : schemaRef(doc.schema);
  return {
    schema,
    ...(doc.example !== undefined && { example: doc.example }),
    ...(doc.examples && { examples: doc.examples }),
  };
}

function toParameter(
  place: "path" | "header",
  name: string,
  { description, example }: ParameterDoc,
) {
  return {
    in: place,
    name,
    required: place === "path",
    description,
    schema: { type: "string" as const },
    ...(example !== undefined && { example }),
  };
}
