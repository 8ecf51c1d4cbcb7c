// GET /requests/{id}: what became of a request of the caller's.
import { ApiError } from "../../../base/errors.ts";
import type { Caller } from "../../../gateway/authenticate.ts";
import { type Handler, type HttpDeps, jsonResponse } from "../../route.ts";
import { setCredits } from "../../scope.ts";
import { pathOf } from "../../target.ts";

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
