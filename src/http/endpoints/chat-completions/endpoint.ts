// POST /chat/completions, as it is registered.
import type { Endpoint } from "../../endpoint.ts";
import { chatHandler } from "./handler.ts";

export const createChatCompletion: Endpoint = {
  method: "POST",
  under: "api",
  path: "/chat/completions",
  access: "key",
  create: chatHandler,
  doc: async () => (await import("./documentation.ts")).createChatCompletionDoc,
};
