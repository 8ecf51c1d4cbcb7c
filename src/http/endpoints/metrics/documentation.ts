// What the documentation says of GET /metrics.
import type { EndpointDoc } from "../../openapi/endpoint-doc.ts";

export const getMetricsDoc: EndpointDoc = {
  operationId: "getMetrics",
  tag: "Operation",
  summary: "Figures for Prometheus",
  description:
    "Needs the server's metrics token as the bearer, and is there only where the server has one.",
  responses: {
    200: {
      description: "The figures, in Prometheus's text format.",
      content: { "text/plain": { example: "aacflow_requests_in_progress 3\n" } },
    },
  },
};
