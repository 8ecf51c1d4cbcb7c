// How a call ended: by its client, by this server, by its provider or whole, from how far it had come.
import { asApiError, CLIENT_CLOSED_REQUEST } from "../base/errors.ts";
import type { Ending } from "../ledger/ending.ts";

/** What the record and the log say of an end. */
export interface CallEnding {
  ending: Ending;
  httpStatus: number;
  errorCode: string | null;
  /** Whether what was sent and delivered is charged; else the end is free. */
  isCharged: boolean;
}

/** How far a call had come. */
export interface Progress {
  /** Whether the provider may have it. */
  wasTried: boolean;
  /** Whether its first event was good. */
  hasFlowed: boolean;
  /** Whether the client has its status 200 already. */
  isAnswered: boolean;
  hasClientLeft: boolean;
  wasStopped: boolean;
  signal: AbortSignal;
}

const isLeaving = (error: unknown): boolean => asApiError(error).status === CLIENT_CLOSED_REQUEST;

const BY_CLIENT = { httpStatus: CLIENT_CLOSED_REQUEST, errorCode: null, isCharged: true } as const;

const DRAINED: CallEnding = { ending: "drained", ...BY_CLIENT };
const COMPLETED: CallEnding = {
  ending: "completed",
  httpStatus: 200,
  errorCode: null,
  isCharged: true,
};

/** The provider's answer came to its end. */
export const endingOfWhole = ({ hasClientLeft }: Pick<Progress, "hasClientLeft">): CallEnding =>
  hasClientLeft ? DRAINED : COMPLETED;

/** It did not, because of this error. */
export const endingOfFailure = (progress: Progress, error: unknown): CallEnding =>
  progress.hasFlowed ? inTheMiddle(progress, error) : before(progress, error);

/** The provider gave nothing, so nothing is charged, unless its client alone is why. */
function before(progress: Progress, error: unknown): CallEnding {
  const { isAnswered, signal, wasStopped, wasTried } = progress;
  const { status, code, upstreamStatus } = asApiError(error);
  const hasLeft = isLeaving(error);
  const free = {
    httpStatus: isAnswered && !hasLeft ? 200 : status,
    errorCode: hasLeft ? null : code,
    isCharged: false,
  };
  if (!wasTried) return { ending: "refused", ...free };
  if (wasStopped) return { ending: "server_stopped", ...free };
  // A provider's own refusal is that, also when the client left while the next try was waited for. Otherwise the
  // provider has the input by then, and bills it.
  if (hasLeft && signal.aborted && error === signal.reason) {
    return { ending: "client_left_early", ...BY_CLIENT };
  }
  const wasRefused = status === 400 && upstreamStatus === undefined;
  return { ending: wasRefused ? "refused" : "upstream_failed", ...free };
}

function inTheMiddle({ hasClientLeft, signal, wasStopped }: Progress, error: unknown): CallEnding {
  const { code } = asApiError(error);
  if (hasClientLeft) {
    // Where the call was ended for that the error says no more.
    const isSaid = wasStopped || (signal.aborted && isLeaving(signal.reason));
    const errorCode = isSaid ? null : code;
    return { ...BY_CLIENT, ending: wasStopped ? "server_stopped" : "client_left", errorCode };
  }
  const ending = wasStopped ? "server_stopped" : "upstream_interrupted";
  return { ending, httpStatus: 200, errorCode: code, isCharged: true };
}
