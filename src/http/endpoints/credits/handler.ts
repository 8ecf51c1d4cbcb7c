// GET /credits: what the caller has.
import { formatCredits } from "../../../base/micro.ts";
import type { Caller } from "../../../gateway/authenticate.ts";
import { type Handler, type HttpDeps, jsonResponse } from "../../route.ts";
import { setCredits } from "../../scope.ts";

export function creditsHandler({ gateway }: HttpDeps): Handler {
  return ({ scope }) => {
    const { accountId } = scope.caller as Caller;
    const { balanceMicro, heldMicro } = gateway.balance(accountId);
    setCredits(scope, 0, balanceMicro);
    return jsonResponse(scope, {
      object: "credits",
      balance: formatCredits(balanceMicro),
      held: formatCredits(heldMicro),
      available: formatCredits(balanceMicro - heldMicro),
    });
  };
}
