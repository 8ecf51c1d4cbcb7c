// Anthropic's failures: its names for them, beside what is the same for all providers.
import { byName } from "../../base/by-name.ts";
import { findError } from "../shared/error-body.ts";
import { defineErrors } from "../shared/errors.ts";
import { asObject, isGiven, nonEmptyString } from "../shared/json.ts";

/** The HTTP status that each type of error has, for those that come under a 200. */
const STATUS = byName<number>({
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
});

/** A limit on the account's spending that comes as a passing one (429), and names no time to come back at. */
const ACCOUNT_CODE = "enforced_spend_limit_reached";

export const ERRORS = defineErrors({
  statusByName: STATUS,
  // Each event has a type, and only one of them is an error: what others say is no bare message.
  find(payload) {
    const { type, error } = asObject(payload);
    const says = nonEmptyString(asObject(error).message) !== null;
    return says || !isGiven(type) || type === "error" ? findError(payload) : null;
  },
  kindOf: (_status, { raw }) =>
    asObject(raw.details).error_code === ACCOUNT_CODE ? "account" : null,
});
