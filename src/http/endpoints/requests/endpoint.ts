// GET /requests/{id}, as it is registered.
import type { Endpoint } from "../../endpoint.ts";
import { requestHandler } from "./handler.ts";

export const getRequest: Endpoint = {
  method: "GET",
  under: "api",
  path: "/requests/*",
  access: "key",
  create: requestHandler,
  doc: async () => (await import("./documentation.ts")).getRequestDoc,
};
