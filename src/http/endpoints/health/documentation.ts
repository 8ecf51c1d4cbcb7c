// What the documentation says of GET /health and /ready.
import type { EndpointDoc } from "../../openapi/endpoint-doc.ts";
import { health, readiness } from "./schema.ts";

export const getHealthDoc: EndpointDoc = {
  operationId: "getHealth",
  tag: "Operation",
  summary: "Is the process alive?",
  description: "Answers as long as the process runs.",
  responses: {
    200: {
      description: "It is.",
      content: { "application/json": { schema: health, example: { status: "ok" } } },
    },
  },
  schemas: { Health: health },
};

export const getReadinessDoc: EndpointDoc = {
  operationId: "getReadiness",
  tag: "Operation",
  summary: "Does the server take requests?",
  description: "For load balancers: 503 while the server shuts down or cannot reach its data.",
  responses: {
    200: {
      description: "It does.",
      content: { "application/json": { schema: readiness, example: { status: "ready" } } },
    },
    503: {
      description: "It does not.",
      content: { "application/json": { schema: readiness, example: { status: "draining" } } },
    },
  },
  schemas: { Readiness: readiness },
};
