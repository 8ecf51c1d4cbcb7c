// How a request ended: by its client, by this server, by its provider or whole, from how far it had come.
import { asApiError, CLIENT_CLOSED_REQUEST } from "../base/errors.ts";
import type { Ending } from "../ledger/ending.ts";
import type { Lifeline } from "./lifeline.ts";

/** What the record and the log say of an end. */
export interface Way {
  ending: Ending;
  httpStatus: number;
  errorCode: string | null;
  /** Whether what was sent and delivered is charged; else the end is free. */
  isCharged: boolean;
}

/** How far a call had come. */
export interface Progress {
  /** Held: nothing went upstream. Asked: the provider may have it. Opened: its first event was good. */
  stage: "held" | "asked" | "opened";
  /** Whether the client has its status 200 already. */
  isAnswered: boolean;
  lifeline: Pick<Lifeline, "signal" | "clientLeft" | "serverStopped">;
}

const BY_CLIENT = { httpStatus: CLIENT_CLOSED_REQUEST, errorCode: null, isCharged: true } as const;

/** The provider's answer came to its end. */
export const wayOfWhole = ({ lifeline }: Progress): Way =>
  lifeline.clientLeft()
    ? { ending: "drained", ...BY_CLIENT }
    : { ending: "completed", httpStatus: 200, errorCode: null, isCharged: true };

/** It did not, because of this error. */
export function wayOfFailure(progress: Progress, error: unknown): Way {
  return progress.stage === "opened" ? inTheMiddle(progress, error) : before(progress, error);
}

/** The provider gave nothing, so nothing is charged, unless its client alone is why. */
function before({ stage, isAnswered, lifeline }: Progress, error: unknown): Way {
  const { status, code, upstreamStatus } = asApiError(error);
  const isLeaving = status === CLIENT_CLOSED_REQUEST;
  const free = {
    httpStatus: isAnswered && !isLeaving ? 200 : status,
    errorCode: isLeaving ? null : code,
    isCharged: false,
  };
  if (stage === "held") return { ending: "refused", ...free };
  if (lifeline.serverStopped()) return { ending: "server_stopped", ...free };
  // A provider's own refusal is that, also when the client left while the next try was waited for. Otherwise the
  // provider has the input by then, and bills it.
  if (lifeline.signal.aborted && error === lifeline.signal.reason) {
    return { ending: "client_left_early", ...BY_CLIENT };
  }
  const wasRefused = status === 400 && upstreamStatus === undefined;
  return { ending: wasRefused ? "refused" : "upstream_failed", ...free };
}

function inTheMiddle({ lifeline }: Progress, error: unknown): Way {
  const { code } = asApiError(error);
  const stopped = lifeline.serverStopped();
  if (lifeline.clientLeft()) {
    // Where the call was ended the error says no more than that.
    const errorCode = lifeline.signal.aborted ? null : code;
    return { ...BY_CLIENT, ending: stopped ? "server_stopped" : "client_left", errorCode };
  }
  const ending = stopped ? "server_stopped" : "upstream_interrupted";
  return { ending, httpStatus: 200, errorCode: code, isCharged: true };
}
