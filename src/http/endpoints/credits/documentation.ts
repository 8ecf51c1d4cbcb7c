// What the documentation says of GET /credits.
import type { EndpointDoc } from "../../openapi/endpoint-doc.ts";
import { creditsSummary } from "./schema.ts";

export const getCreditsDoc: EndpointDoc = {
  operationId: "getCredits",
  tag: "Credits",
  summary: "Get the credit balance",
  description: "What the key's account owns, what is held by requests in progress, what is left.",
  responses: {
    200: {
      description: "The account's credits (USD, 6 decimal places).",
      content: {
        "application/json": {
          schema: creditsSummary,
          example: {
            object: "credits",
            balance: "5.000000",
            held: "0.250000",
            available: "4.750000",
          },
        },
      },
    },
  },
  schemas: { Credits: creditsSummary },
};
