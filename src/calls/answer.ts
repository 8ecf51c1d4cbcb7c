// What a call comes to, for whoever writes it to the client.
import type { Replay } from "./idempotency.ts";
import type { CallDeps, CallInput, CallRequest } from "./operation.ts";
import type { Settled } from "./settle.ts";
import type { StreamedCall } from "./stream.ts";

export interface CompletedCall {
  /** The body as JSON. */
  json: string;
  /** The fields of the request that the provider's dialect could not express, for a header; null for none. */
  ignored: string | null;
  settled: Settled;
}

export type CallAnswer =
  | ({ kind: "completion" } & CompletedCall)
  | ({ kind: "replay"; stream: boolean } & Replay)
  | ({ kind: "stream" } & StreamedCall);

/**
 * Takes one request through its whole journey, as an endpoint does. A stream is given as soon as its hold is taken:
 * whether the provider answers at all is for `opened` to say.
 * @throws ApiError with the status the client is to see
 */
export type Answer<Request extends CallRequest> = (
  deps: CallDeps,
  input: CallInput<Request>,
) => Promise<CallAnswer>;
