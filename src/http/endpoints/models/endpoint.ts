// GET /models and /models/{id}, as they are registered.
import type { Endpoint } from "../../endpoint.ts";
import { getModelHandler, listModelsHandler } from "./handlers.ts";

export const listModels: Endpoint = {
  method: "GET",
  under: "api",
  path: "/models",
  access: "key",
  create: listModelsHandler,
  doc: async () => (await import("./documentation.ts")).listModelsDoc,
};

export const getModel: Endpoint = {
  method: "GET",
  under: "api",
  path: "/models/*",
  access: "key",
  create: getModelHandler,
  doc: async () => (await import("./documentation.ts")).getModelDoc,
};
