// One request's scope: its id, its clock, its caller, and the headers that every answer carries.
import { newRequestId } from "../base/ids.ts";
import { formatCredits } from "../base/micro.ts";
import type { Caller } from "../keys/authenticate.ts";
import type { Logger } from "../telemetry/log.ts";
import { RequestLog } from "../telemetry/request-log.ts";

export interface RequestScope {
  requestId: string;
  /** Epoch milliseconds of arrival, and the same moment on the monotonic clock. */
  startedAtMs: number;
  startedMonoMs: number;
  /** Known once the key has been checked. */
  caller: Caller | null;
  /** The name of the model that was asked for, known once the body has been read. */
  model: string | undefined;
  /** Made at the first look: its lines name the caller and the model as known then. */
  readonly log: RequestLog;
  /** Sent with the answer, whatever it is. */
  headers: Record<string, string>;
}

export function openScope(log: Logger): RequestScope {
  const requestId = newRequestId();
  let own: RequestLog | null = null;
  return {
    requestId,
    startedAtMs: Date.now(),
    startedMonoMs: performance.now(),
    caller: null,
    model: undefined,
    get log() {
      const { accountId, keyId } = this.caller ?? {};
      own ??= new RequestLog(log, { requestId, accountId, keyId, model: this.model });
      return own;
    },
    headers: {
      "x-request-id": requestId,
      // What a key sees is its owner's: no cache in between may keep it. Files of the documentation say otherwise.
      "cache-control": "no-store",
    },
  };
}

/** The cost is not known yet: the hold stands for it, and X-Credits-Reserved says so. */
export function setReserved(scope: RequestScope, heldMicro: number, balanceMicro: number): void {
  setCredits(scope, heldMicro, balanceMicro - heldMicro);
  scope.headers["x-credits-reserved"] = formatCredits(heldMicro);
}

/** Names the fields of the request that its provider has no counterpart for, as the gateway tells them; null for none. */
export function setIgnored(scope: RequestScope, names: string | null): void {
  if (names !== null) scope.headers["x-aacflow-ignored"] = names;
}

/** Puts the credits of the contract on the answer: what this request cost, and the balance after it. */
export function setCredits(scope: RequestScope, usedMicro: number, remainingMicro: number): void {
  scope.headers["x-credits-used"] = formatCredits(usedMicro);
  scope.headers["x-credits-remaining"] = formatCredits(remainingMicro);
}
