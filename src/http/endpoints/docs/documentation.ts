// What the documentation says of itself: GET /openapi.json and the page /docs.
import { z } from "zod";
import type { EndpointDoc } from "../../openapi/endpoint-doc.ts";

/** OpenAPI documents are not described further: their own specification does. */
const openApi = z.looseObject({ openapi: z.string() });

export const getOpenApiDoc: EndpointDoc = {
  operationId: "getOpenApi",
  tag: "Operation",
  summary: "This document",
  description: "The API in OpenAPI 3.0.3.",
  responses: {
    200: { description: "The document.", content: { "application/json": { schema: openApi } } },
  },
  schemas: { OpenApi: openApi },
};

export const getDocsDoc: EndpointDoc = {
  operationId: "getDocs",
  tag: "Operation",
  summary: "Interactive documentation",
  description: "A page to read this document and to try the API, served by this server alone.",
  responses: { 200: { description: "The page.", content: { "text/html": {} } } },
};
