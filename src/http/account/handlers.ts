// GET /credits and /requests/{id}: what the caller has, and what became of a request of theirs.
import { ApiError } from "../../base/errors.ts";
import { formatCredits } from "../../base/micro.ts";
import type { Caller } from "../../gateway/authenticate.ts";
import { type Handler, type HttpDeps, jsonResponse } from "../route.ts";
import { setCredits } from "../scope.ts";
import { pathOf } from "../target.ts";

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

/** @param prefix the path before the id, ending in a slash. */
export function requestHandler({ gateway }: HttpDeps, prefix: string): Handler {
  return ({ scope, request }) => {
    const { accountId } = scope.caller as Caller;
    setCredits(scope, 0, gateway.balance(accountId).balanceMicro);
    const id = pathOf(request).slice(prefix.length);
    const found = gateway.findRequest(id, accountId);
    if (found === null) {
      // The same answer for another account's request: who has it is nobody's business.
      throw new ApiError({
        status: 404,
        type: "invalid_request_error",
        code: "request_not_found",
        message: "No request of yours has this id. Requests refused before dispatch are not kept.",
      });
    }
    return jsonResponse(scope, found);
  };
}
