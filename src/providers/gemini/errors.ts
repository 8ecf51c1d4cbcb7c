// Google's failures: its names for them, beside what is the same for all providers.
import { byName } from "../../base/by-name.ts";
import type { ErrorDetails } from "../shared/error-body.ts";
import { defineErrors } from "../shared/errors.ts";
import { asArray, asObject } from "../shared/json.ts";

/** The statuses of Google's RPCs by their names: an error can come without a number. */
const STATUS_BY_NAME = byName<number>({
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL: 500,
  UNKNOWN: 500,
  DATA_LOSS: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
});

/** `reason` of an ErrorInfo detail with which Google refuses the gateway itself. */
const CREDENTIAL_REASON =
  /^(?:API_KEY_|ACCESS_TOKEN_|ACCOUNT_STATE_|BILLING_|CONSUMER_|SERVICE_DISABLED|CREDENTIALS_)/;

export const ERRORS = defineErrors({
  statusByName: STATUS_BY_NAME,
  kindOf(status, details) {
    // A limit on the rate speaks of quota and billing, but passes.
    if (status === 429) return "rate_limited";
    return status === 400 && refusesGateway(details) ? "account" : null;
  },
  // Google's own words name the operator's plan, project and quota.
  hidesRateLimitWords: true,
});

function refusesGateway({ raw }: ErrorDetails): boolean {
  const reasons = asArray(raw.details).map((detail) => String(asObject(detail).reason ?? ""));
  return reasons.some((reason) => CREDENTIAL_REASON.test(reason));
}
