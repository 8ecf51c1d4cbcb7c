// GET /requests/{id}: what became of a request of the caller's.
import { ApiError } from "../../../base/errors.ts";
import { fromStore } from "../../../calls/from-store.ts";
import { findRequest } from "../../../operator/request-view.ts";
import { showBalance } from "../../balance.ts";
import { type HttpDeps, jsonResponse, type KeyHandler } from "../../route.ts";

export function requestHandler(deps: HttpDeps): KeyHandler {
  return async (call) => {
    await showBalance(deps, call);
    const { ledger } = deps.gateway;
    const found = await fromStore(() => findRequest(ledger, call.rest, call.caller.accountId));
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
