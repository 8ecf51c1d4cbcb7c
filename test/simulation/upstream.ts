import { invalidRequest, upstreamError, upstreamTimeout } from "../../src/base/errors.ts";
import type {
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../../src/providers/protocol.ts";
import type { ProviderSet } from "../../src/providers/registry.ts";
import { MODELS } from "./house.ts";
import type { CallSeen, Journey } from "./journey.ts";
import type { Timeline } from "./timeline.ts";
import {
  asChunk,
  asCompletion,
  asUsage,
  providersRefusal,
  refusalForNow,
} from "./upstream-shapes.ts";

/** A provider that hangs is given up by its adapter's own deadline. */
const DEADLINE_MS = 3_000;

export interface UpstreamOptions {
  timeline: Timeline;
  /** Whose events these are. */
  owner: string;
  step: () => number;
  /** The journey that a call belongs to; checks on the way that it may go upstream. */
  meet: (call: UpstreamCall) => Journey;
  say: (what: string) => void;
}

/** The providers as one process sees them; once it is gone nothing moves in them any more. */
export function simulatedProviders(options: UpstreamOptions): ProviderSet {
  const adapter: ProviderAdapter = {
    complete: (call, signal) => complete(options, call, signal),
    stream: (call, signal) => stream(options, call, signal),
    probe: async () => ({ ok: true, detail: "" }),
  };
  const connected = MODELS.map(({ id }) => [id, { id, name: id, adapter }] as const);
  return { connected: new Map(connected), missing: [] };
}

async function complete(
  options: UpstreamOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const connection = await connect(options, call, signal);
  const { pieces, end, endDelayMs } = connection.journey.plan.script;
  try {
    await connection.wait(pieces.reduce((sum, piece) => sum + piece.delayMs, 0) + endDelayMs);
    await connection.endAs(end);
  } finally {
    connection.close();
  }
  connection.call.given = pieces.length;
  const completion = asCompletion(pieces, call.upstreamModel);
  return { completion, usage: asUsage(pieces.findLast(({ usage }) => usage !== null)?.usage) };
}

async function* stream(
  options: UpstreamOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncGenerator<UpstreamChunk[]> {
  const connection = await connect(options, call, signal);
  const { pieces, end, endDelayMs } = connection.journey.plan.script;
  try {
    for (const piece of pieces) {
      await connection.wait(piece.delayMs);
      connection.call.given++;
      yield [asChunk(piece, call.upstreamModel)];
    }
    await connection.wait(endDelayMs);
    await connection.endAs(end);
  } finally {
    connection.close();
  }
}

/** Opens a call. Its provider works on whether it is read or not, so waiting is until a time, not for one. */
async function connect(
  { timeline, owner, step, meet, say }: UpstreamOptions,
  upstreamCall: UpstreamCall,
  signal: AbortSignal,
) {
  const { requestId } = upstreamCall;
  const journey = meet(upstreamCall);
  const { abortLagMs } = journey.plan.script;
  if (signal.aborted) {
    journey.askedAborted = true;
    throw signal.reason;
  }
  const call: CallSeen = {
    stream: journey.plan.stream,
    openedAtStep: step(),
    given: 0,
    givenAtAbort: null,
    abortedAtMs: null,
    abortedAtStep: null,
    ending: null,
    endedAtStep: 0,
    endedAtMs: 0,
  };
  journey.call = call;
  journey.calls++;
  say(`${requestId} upstream opened`);
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const onAbort = () => {
    call.givenAtAbort = call.given;
    call.abortedAtMs = timeline.nowMs;
    call.abortedAtStep = step();
    say(`${requestId} upstream aborted`);
    if (abortLagMs === 0) aborted.reject(signal.reason);
    else
      timeline.at(timeline.nowMs + abortLagMs, owner, "abort", () => aborted.reject(signal.reason));
  };
  signal.addEventListener("abort", onAbort, { once: true });
  let readyAtMs = timeline.nowMs;

  const finish = (ending: CallSeen["ending"]) => {
    if (call.ending !== null) return;
    call.ending = ending;
    call.endedAtStep = step();
    call.endedAtMs = timeline.nowMs;
    say(`${requestId} upstream ${ending}`);
  };

  async function wait(delayMs: number): Promise<void> {
    readyAtMs += delayMs;
    if (signal.aborted && abortLagMs === 0) {
      finish("aborted");
      throw signal.reason;
    }
    const ready = Promise.withResolvers<void>();
    const forget = timeline.at(
      Math.max(readyAtMs, timeline.nowMs),
      owner,
      `${requestId} provider`,
      ready.resolve,
    );
    try {
      await Promise.race([ready.promise, aborted.promise]);
    } catch (error) {
      finish("aborted");
      throw error;
    } finally {
      forget();
    }
  }

  async function endAs(end: Journey["plan"]["script"]["end"]): Promise<void> {
    if (end === "hang") await wait(DEADLINE_MS);
    finish(end === "end" ? "ended" : "failed");
    if (end === "refuse") throw invalidRequest("cannot be expressed", "messages");
    if (end === "reject") throw providersRefusal();
    if (end === "hang") throw upstreamTimeout("the provider is silent");
    if (end === "fail") throw upstreamError("the provider failed");
  }

  function close(): void {
    signal.removeEventListener("abort", onAbort);
    finish("closed");
  }

  if (journey.calls <= journey.plan.script.refusals) {
    try {
      await wait(journey.plan.script.endDelayMs);
      finish("refused");
      throw refusalForNow(journey.plan.script.refusalHint);
    } finally {
      close();
    }
  }
  return { journey, call, wait, endAs, close };
}
