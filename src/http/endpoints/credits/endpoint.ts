// GET /credits: what the caller has.
import { formatCredits } from "../../../base/micro.ts";
import { showBalance } from "../../balance.ts";
import type { Endpoint } from "../../endpoint.ts";
import { type HttpDeps, jsonResponse, type KeyHandler } from "../../route.ts";
import { creditsSummary } from "./schema.ts";

export const getCredits: Endpoint = {
  method: "GET",
  under: "api",
  path: "/credits",
  access: "key",
  create: creditsHandler,
  doc: {
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
  },
};

function creditsHandler(deps: HttpDeps): KeyHandler {
  return async (call) => {
    const { balanceMicro, heldMicro } = await showBalance(deps, call);
    return jsonResponse(call.scope, {
      object: "credits",
      balance: formatCredits(balanceMicro),
      held: formatCredits(heldMicro),
      available: formatCredits(balanceMicro - heldMicro),
    });
  };
}
