// What the documentation says of GET /models and /models/{id}.
import type { EndpointDoc } from "../../openapi/endpoint-doc.ts";
import { model, modelList } from "./schema.ts";

const modelExample = {
  id: "gpt-4o-mini",
  object: "model",
  created: 1721172741,
  owned_by: "openai",
  context_length: 128000,
  max_output_tokens: 16384,
  capabilities: {
    tools: true,
    structuredOutput: true,
    jsonMode: true,
    vision: true,
    audioInput: false,
    audioOutput: false,
    files: false,
    reasoning: false,
  },
  pricing: { prompt: "0.00000015", completion: "0.0000006" },
};

export const listModelsDoc: EndpointDoc = {
  operationId: "listModels",
  tag: "Models",
  summary: "List models",
  description: "Lists the models that are available through the AI API.",
  responses: {
    200: {
      description: "The models.",
      content: {
        "application/json": {
          schema: modelList,
          example: { object: "list", data: [modelExample] },
        },
      },
    },
  },
  schemas: { ModelList: modelList, Model: model },
};

export const getModelDoc: EndpointDoc = {
  operationId: "getModel",
  tag: "Models",
  summary: "Get a model",
  description: "Describes one model. An id with slashes may be written with or without escapes.",
  rest: { name: "id", description: "The model's id.", example: modelExample.id },
  responses: {
    200: {
      description: "The model.",
      content: { "application/json": { schema: model, example: modelExample } },
    },
  },
  errors: ["ModelNotFound"],
};
