// What the documentation says of GET /requests/{id}.
import type { EndpointDoc } from "../../openapi/endpoint-doc.ts";
import { requestRecord } from "./schema.ts";

const requestRecordExample = {
  object: "request",
  id: "req_01JD8X2T5Z3M9Q4V7B6N1K0WYH",
  created_at: "2026-01-31T12:00:00.000Z",
  model: "gpt-4o-mini",
  provider: "openai",
  stream: true,
  status: "completed",
  ending: "completed",
  http_status: 200,
  error_code: null,
  usage: {
    prompt_tokens: 10,
    completion_tokens: 9,
    total_tokens: 19,
    prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  },
  usage_source: "reported",
  cost: "0.000007",
  held: "0.002463",
  shortfall: "0.000000",
  provider_cost: null,
  refunded: "0.000000",
  first_event_ms: 412,
  duration_ms: 873,
};

export const getRequestDoc: EndpointDoc = {
  operationId: "getRequest",
  tag: "Credits",
  summary: "Get a request's record",
  description: "How a request of the key's account ended, its usage and its final cost.",
  rest: {
    name: "id",
    description: "The X-Request-Id of the response.",
    example: requestRecordExample.id,
  },
  responses: {
    200: {
      description: "The record.",
      content: { "application/json": { schema: requestRecord, example: requestRecordExample } },
    },
  },
  errors: ["RequestNotFound"],
  schemas: { RequestRecord: requestRecord },
};
