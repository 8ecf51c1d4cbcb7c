// The table of public routes: what the server registers, and what it says about each.
import type { DocumentDecoration } from "elysia";
import { chatRouteDoc } from "../endpoints/chat-completions/documentation.ts";
import { type RouteDoc, toDetail } from "./endpoint-doc.ts";
import { KEY_ERRORS } from "./error-docs.ts";
import {
  creditsExample,
  modelExample,
  modelListExample,
  requestRecordExample,
} from "./examples.ts";
import { CREDIT_HEADERS } from "./header-docs.ts";

/**
 * Where the public API lives; the same routes are under the second one, for tools that insist on
 * it.
 */
export const API_PREFIXES = ["/api/v1/ai", "/v1"] as const;

export const routeDocs = {
  createChatCompletion: chatRouteDoc,
  listModels: {
    method: "GET",
    path: "/api/v1/ai/models",
    operationId: "listModels",
    tag: "Models",
    summary: "List models",
    description: "Lists the models that are available through the AI API.",
    access: "key",
    responses: {
      200: {
        description: "The models.",
        headers: CREDIT_HEADERS,
        content: { "application/json": { schema: "ModelList", example: modelListExample } },
      },
    },
    errors: KEY_ERRORS,
  },
  getModel: {
    method: "GET",
    path: "/api/v1/ai/models/:id",
    operationId: "getModel",
    tag: "Models",
    summary: "Get a model",
    description: "Describes one model. An id with slashes may be written with or without escapes.",
    access: "key",
    pathParameters: { id: { description: "The model's id.", example: "gpt-4o-mini" } },
    responses: {
      200: {
        description: "The model.",
        headers: CREDIT_HEADERS,
        content: { "application/json": { schema: "Model", example: modelExample } },
      },
    },
    errors: [...KEY_ERRORS, "ModelNotFound"],
  },
  getCredits: {
    method: "GET",
    path: "/api/v1/ai/credits",
    operationId: "getCredits",
    tag: "Credits",
    summary: "Get the credit balance",
    description: "What the key's account owns, what is held by requests in progress, what is left.",
    access: "key",
    responses: {
      200: {
        description: "The account's credits (USD, 6 decimal places).",
        headers: CREDIT_HEADERS,
        content: { "application/json": { schema: "Credits", example: creditsExample } },
      },
    },
    errors: KEY_ERRORS,
  },
  getRequest: {
    method: "GET",
    path: "/api/v1/ai/requests/:id",
    operationId: "getRequest",
    tag: "Credits",
    summary: "Get a request's record",
    description: "How a request of the key's account ended, its usage and its final cost.",
    access: "key",
    pathParameters: {
      id: {
        description: "The X-Request-Id of the response.",
        example: requestRecordExample.id,
      },
    },
    responses: {
      200: {
        description: "The record.",
        headers: CREDIT_HEADERS,
        content: { "application/json": { schema: "RequestRecord", example: requestRecordExample } },
      },
    },
    errors: [...KEY_ERRORS, "RequestNotFound"],
  },
  getHealth: {
    method: "GET",
    path: "/health",
    operationId: "getHealth",
    tag: "Operation",
    summary: "Is the process alive?",
    description: "Answers as long as the process runs.",
    access: "open",
    responses: {
      200: {
        description: "It is.",
        content: { "application/json": { schema: "Health", example: { status: "ok" } } },
      },
    },
    errors: ["MethodNotAllowed"],
  },
  getReadiness: {
    method: "GET",
    path: "/ready",
    operationId: "getReadiness",
    tag: "Operation",
    summary: "Does the server take requests?",
    description: "For load balancers: 503 while the server shuts down or cannot reach its data.",
    access: "open",
    responses: {
      200: {
        description: "It does.",
        content: { "application/json": { schema: "Readiness", example: { status: "ready" } } },
      },
      503: {
        description: "It does not.",
        content: { "application/json": { schema: "Readiness", example: { status: "draining" } } },
      },
    },
    errors: ["MethodNotAllowed"],
  },
  getOpenApi: {
    method: "GET",
    path: "/openapi.json",
    operationId: "getOpenApi",
    tag: "Operation",
    summary: "This document",
    description: "The API in OpenAPI 3.0.3.",
    access: "open",
    responses: {
      200: { description: "The document.", content: { "application/json": { schema: "OpenApi" } } },
    },
    errors: ["MethodNotAllowed"],
  },
  getDocs: {
    method: "GET",
    path: "/docs",
    operationId: "getDocs",
    tag: "Operation",
    summary: "Interactive documentation",
    description: "A page to read this document and to try the API, served by this server alone.",
    access: "open",
    responses: { 200: { description: "The page.", content: { "text/html": {} } } },
    errors: ["MethodNotAllowed"],
  },
} satisfies Record<string, RouteDoc>;

export type RouteKey = keyof typeof routeDocs;

/** Gives Elysia's `detail` for one route of the table. */
export function routeDetail(key: RouteKey): DocumentDecoration {
  return toDetail(routeDocs[key]);
}
