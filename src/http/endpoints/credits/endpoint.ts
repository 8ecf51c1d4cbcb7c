// GET /credits: what the caller has.
import { formatCredits } from "../../../base/micro.ts";
import { showBalance } from "../../balance.ts";
import type { Endpoint } from "../../endpoint.ts";
import { type HttpDeps, jsonResponse, type KeyHandler } from "../../route.ts";

export const getCredits: Endpoint = {
  method: "GET",
  under: "api",
  path: "/credits",
  access: "key",
  create: creditsHandler,
  doc: async () => (await import("./documentation.ts")).getCreditsDoc,
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
