// What one endpoint does with a metered call, as plain functions: a call runs any of them, and knows no API's shapes.
import type { Clock } from "../base/clock.ts";
import type { Deadlines } from "../base/deadlines.ts";
import type { Catalog } from "../catalog/build.ts";
import type { Deployment } from "../catalog/types.ts";
import type { Config, ProviderConfig } from "../config/schema.ts";
import type { AnswerPort } from "../idempotency/answers.ts";
import type { LedgerPort } from "../ledger/port.ts";
import type { Balance, HoldWish } from "../ledger/rules.ts";
import type { Measured } from "../metering/measure.ts";
import type { TokenCounter } from "../metering/tokens/counter.ts";
import type { PinnedPrice } from "../pricing/cost.ts";
import type { CallControl, ProviderAdapter } from "../providers/protocol.ts";
import type { ProviderSet } from "../providers/registry.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { RequestLog } from "../telemetry/request-log.ts";
import type { KeyedRequest } from "./idempotency.ts";
import type { RunningCalls } from "./running.ts";

/** Everything of the house that a metered call passes through. */
export interface CallDeps {
  config: Config;
  catalog: Catalog;
  providers: ProviderSet;
  ledger: LedgerPort;
  answers: AnswerPort;
  running: RunningCalls;
  deadlines: Deadlines;
  countTokens: TokenCounter;
  metrics: Metrics;
  clock: Clock;
  log: Logger;
}

/** What a call has to know of any request. */
export interface CallRequest {
  model: string;
  stream?: boolean | null | undefined;
}

/** A validated request of an authenticated caller. */
export interface CallInput<Request extends CallRequest> {
  requestId: string;
  accountId: string;
  keyId: string;
  request: Request;
  /** Length of the body as it arrived. */
  bodyBytes: number;
  /** Null without an idempotency key. */
  keyed: KeyedRequest | null;
  /** Aborts when the client has left. */
  signal: AbortSignal;
  /** Told once the request's money is settled, or none was taken. */
  onEnded?: (() => void) | undefined;
  /** This request's own: its lines name request, account, key and model, and from here on the provider. */
  log: RequestLog;
  startedAtMs: number;
  startedMonoMs: number;
}

/** What a request may cost at most on one deployment. */
export interface Bound {
  /** Null for a free model. */
  pinned: PinnedPrice | null;
  /** How much to hold; null for a free model, which holds nothing. */
  wish: HoldWish | null;
  /** Whether the client named an output limit. */
  limitedByClient: boolean;
  /** The most output tokens that one choice can have; 0 where the answer has none. */
  outputTokensMax: number;
}

/** One who can serve a request: where it would go, and what it may cost there. */
export interface Candidate {
  deployment: Deployment;
  adapter: ProviderAdapter;
  settings: ProviderConfig;
  bound: Bound;
}

/** The account with this request's hold taken. */
export type Hold = Balance & { amountMicro: number };

/** One try at one candidate. */
export interface Attempt<Request> {
  requestId: string;
  request: Request;
  candidate: Candidate;
  /** The output limit to send upstream, in tokens; null where none is to be sent. */
  maxOutputTokens: number | null;
  /** Lets the adapter end the call at deadlines of its own. */
  control: CallControl;
}

/** What an answer is measured against. */
export interface Answered<Request extends CallRequest> {
  input: CallInput<Request>;
  candidate: Candidate;
}

/** An endpoint's own part of a metered call. `First` is what a good first event is: a whole answer, or a stream's begin. */
export interface Operation<Request extends CallRequest, First, Meter> {
  /**
   * Checks that the deployment can serve the request, pins its price and bounds the cost.
   * @throws ApiError 400 that names what the deployment cannot do
   */
  bound(
    deps: Pick<CallDeps, "config">,
    input: Pick<CallInput<Request>, "request" | "bodyBytes" | "startedAtMs">,
    deployment: Deployment,
    settings: ProviderConfig,
  ): Bound;
  /** Resolves with the provider's first event. @throws ApiError; may throw anything */
  attempt(attempt: Attempt<Request>, signal: AbortSignal): Promise<First>;
  /** A meter that has seen nothing yet. */
  meter(): Meter;
  /** What has been delivered by now, and at what count. May throw or reject, and take its time. */
  estimate(
    deps: Pick<CallDeps, "countTokens" | "metrics">,
    answered: Answered<Request>,
    meter: Meter,
  ): Measured | Promise<Measured>;
  /** The same from lengths alone, where that fails by a fault of ours; never throws. */
  guess(answered: Answered<Request>, meter: Meter): Measured;
}
