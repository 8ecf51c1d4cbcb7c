// The table of endpoints: what the server registers and what the OpenAPI document describes, in the document's order.
import type { Endpoint } from "../endpoint.ts";
import { createChatCompletion } from "./chat-completions/endpoint.ts";
import { getCredits } from "./credits/endpoint.ts";
import { docsEndpoints } from "./docs/endpoint.ts";
import { getHealth, getReadiness } from "./health/endpoint.ts";
import { getMetrics } from "./metrics/endpoint.ts";
import { getModel, listModels } from "./models/endpoint.ts";
import { getRequest } from "./requests/endpoint.ts";

export const endpoints: readonly Endpoint[] = [
  createChatCompletion,
  listModels,
  getModel,
  getCredits,
  getRequest,
  getHealth,
  getReadiness,
  getMetrics,
  ...docsEndpoints,
];
