// One request's scope: its id, its clock, its caller, and the headers that every answer carries.
import { newRequestId } from "../base/ids.ts";
import { formatCredits } from "../base/micro.ts";
import type { Caller } from "../keys/authenticate.ts";
import type { Logger } from "../telemetry/log.ts";
import { RequestLog } from "../telemetry/request-log.ts";

export class RequestScope {
  readonly requestId = newRequestId();
  /** Epoch milliseconds of arrival, and the same moment on the monotonic clock. */
  readonly startedAtMs = Date.now();
  readonly startedMonoMs = performance.now();
  /** Known once the key has been checked. */
  caller: Caller | null = null;
  /** The name of the model that was asked for, known once the body has been read. */
  model: string | undefined = undefined;
  /** Sent with the answer, whatever it is. */
  readonly headers: Record<string, string> = {
    "x-request-id": this.requestId,
    // What a key sees is its owner's: no cache in between may keep it. Files of the documentation say otherwise.
    "cache-control": "no-store",
  };
  readonly #processLog: Logger;
  #log: RequestLog | null = null;

  constructor(processLog: Logger) {
    this.#processLog = processLog;
  }

  /** Made at the first look: its lines name the caller and the model as known then. */
  get log(): RequestLog {
    this.#log ??= new RequestLog(this.#processLog, {
      requestId: this.requestId,
      accountId: this.caller?.accountId,
      keyId: this.caller?.keyId,
      model: this.model,
    });
    return this.#log;
  }
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
