// GET /requests/{id}: what became of a request of the caller's.
import { ApiError } from "../../../base/errors.ts";
import { showBalance } from "../../balance.ts";
import { type HttpDeps, jsonResponse, type KeyHandler } from "../../route.ts";

export function requestHandler(deps: HttpDeps): KeyHandler {
  return async (call) => {
    await showBalance(deps, call);
    const found = await deps.gateway.findRequest(call.rest, call.caller.accountId);
    if (found === null) throw requestNotFound();
    return jsonResponse(call.scope, found);
  };
}

/** The same for another account's request: who has it is nobody's business. */
const requestNotFound = (): ApiError =>
  new ApiError({
    status: 404,
    type: "invalid_request_error",
    code: "request_not_found",
    message: "No request of yours has this id. Requests refused before dispatch are not kept.",
  });
