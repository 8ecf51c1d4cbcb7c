// GET /metrics, for a Prometheus that knows the operator's token: the figures tell what the operator earns.
import type { Endpoint } from "../../endpoint.ts";

export const getMetrics: Endpoint = {
  method: "GET",
  under: "root",
  path: "/metrics",
  access: "operator",
  create:
    ({ gateway }) =>
    ({ scope }) => {
      const { text, contentType } = gateway.metrics.render();
      return new Response(text, { headers: { ...scope.headers, "content-type": contentType } });
    },
  doc: {
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
  },
};
