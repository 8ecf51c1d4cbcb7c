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
  doc: async () => (await import("./documentation.ts")).getMetricsDoc,
};
