// The gateway: the house below HTTP, put together, and the few things that the HTTP layer may ask of it.
import { type Clock, systemClock } from "../base/clock.ts";
import { systemDeadlines } from "../base/deadlines.ts";
import { buildCatalog, type Catalog } from "../catalog/build.ts";
import { ConfigError } from "../config/config-error.ts";
import type { Config } from "../config/schema.ts";
import { type IdempotencyKey, keptWindow } from "../idempotency/answers.ts";
import { type Caller, type Credentials, createAuthenticator } from "../keys/authenticate.ts";
import type { LedgerPort, OpenHold } from "../ledger/port.ts";
import type { Balance } from "../ledger/rules.ts";
import type { TokenCounter } from "../metering/tokens/counter.ts";
import { connectProviders, type MissingProvider } from "../providers/registry.ts";
import type { Store } from "../store.ts";
import type { Logger } from "../telemetry/log.ts";
import { createMetrics, type Metrics } from "../telemetry/metrics.ts";
import type { Answer, CallAnswer } from "./answer.ts";
import { fromStore } from "./from-store.ts";
import type { KeyedRequest } from "./idempotency.ts";
import { createKeptCount } from "./kept-count.ts";
import { createLease } from "./lease.ts";
import type { CallDeps, CallInput, CallRequest } from "./operation.ts";
import { createRunningCalls } from "./running.ts";
import { startTidying } from "./tidy-answers.ts";

export interface Gateway {
  catalog: Catalog;
  /** Requests of a former process whose holds were released at this start. */
  abandoned: readonly OpenHold[];
  /** Without a wait for a key that is known. @throws ApiError 401, or 503 when the database does not answer. */
  authenticate(credentials: Credentials): Caller | Promise<Caller>;
  balance(accountId: string): Promise<Balance>;
  /** Takes a request through an endpoint's journey. @throws ApiError with the status the client is to see. */
  answer<Request extends CallRequest>(
    journey: Answer<Request>,
    input: GatewayRequest<Request>,
  ): Promise<CallAnswer>;
  ledger: LedgerPort;
  /** Whether the database takes writes now. */
  isWritable(): Promise<boolean>;
  /** Ids of the providers that are on. */
  providerIds: readonly string[];
  /** Requests whose money is not settled yet. */
  inProgress(): number;
  metrics: Metrics;
  /** Ends all calls upstream: what was delivered is charged, and what was not is not. */
  stopAll(): void;
  /** Ends the house's own work; resolves when every money operation has been committed. */
  drain(): Promise<void>;
}

/** A request as HTTP gives it. */
export interface GatewayRequest<Request extends CallRequest>
  extends Omit<CallInput<Request>, "keyed"> {
  /** Hashes of the client's idempotency key and of the request's body; null without a key. */
  idempotency: Omit<IdempotencyKey, "accountId"> | null;
}

export interface GatewayOptions {
  config: Config;
  store: Store;
  /** Where the providers' keys are. */
  env: Record<string, string | undefined>;
  log: Logger;
  countTokens: TokenCounter;
}

/**
 * Puts the house together, and releases the holds that a killed process left. The caller must hold the data
 * folder's server lock.
 * @throws ConfigError when the configuration contradicts itself, or names a provider whose key is missing.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, store, env, log, countTokens } = options;
  const clock: Clock = systemClock;
  const providers = connectProviders(config, env);
  rejectUnmet(providers.missing);
  for (const { id, problem } of providers.missing) {
    if (problem !== null) log.warn({ provider: id, problem }, "provider left out");
  }
  const catalog = buildCatalog({
    config,
    connected: new Set(providers.connected.keys()),
    missingEnv: new Map(providers.missing.map(({ id, missingEnv }) => [id, missingEnv])),
  });
  if (catalog.guessed.length > 0) {
    const models = catalog.guessed;
    log.warn({ models }, "limits of models that the catalogue lacks are guessed: configure them");
  }
  const kept = createKeptCount(await store.answers.totals());
  const ledger = kept.counting(store.ledger);
  const { answers } = store;
  const running = createRunningCalls();
  const metrics = createMetrics({
    inProgress: running.count,
    draining: running.draining,
    commitsWaiting: store.waiting,
    answersKept: kept.totals,
  });
  const lease = createLease({ ledger, clock, log, metrics });
  const abandoned = await lease.take();
  const calls: CallDeps = {
    config,
    catalog,
    providers,
    ledger,
    answers,
    running,
    deadlines: systemDeadlines,
    countTokens,
    metrics,
    clock,
    log,
  };

  const limits = config.idempotency;
  const tidier = startTidying({ answers, kept, clock, limits, log });

  function keyedBy({ accountId, keyHash, bodyHash }: IdempotencyKey): KeyedRequest {
    return {
      key: { accountId, keyHash, bodyHash },
      window: keptWindow(clock.nowMs(), limits.keepMs),
      maxAnswerBytes: limits.maxAnswerBytes,
    };
  }

  async function balance(accountId: string): Promise<Balance> {
    const account = await fromStore(() => ledger.findAccount(accountId));
    if (account === undefined) throw new Error(`no account ${accountId}`);
    return { balanceMicro: account.balanceMicro, heldMicro: account.heldMicro };
  }

  function counted(answer: CallAnswer): CallAnswer {
    tidier.check();
    if (answer.kind === "replay") metrics.answerReplayed();
    return answer;
  }

  const authenticate = createAuthenticator(store.keys, clock);

  return {
    catalog,
    abandoned,
    providerIds: [...providers.connected.keys()],
    authenticate: (credentials) => fromStore(() => authenticate(credentials)),
    balance,
    answer(journey, request) {
      const { idempotency, accountId } = request;
      if (idempotency === null) return journey(calls, inputOf(request, null));
      const keyed = keyedBy({ accountId, ...idempotency });
      return journey(calls, inputOf(request, keyed)).then(counted);
    },
    ledger,
    isWritable: store.isWritable,
    inProgress: running.count,
    metrics,
    stopAll: running.stopAll,
    async drain() {
      tidier.stop();
      lease.stop();
      await store.drain();
    },
  };
}

/** Field by field: this runs for every request, and a rest and a spread of so many fields are slow. */
const inputOf = <Request extends CallRequest>(
  request: GatewayRequest<Request>,
  keyed: KeyedRequest | null,
): CallInput<Request> => ({
  requestId: request.requestId,
  accountId: request.accountId,
  keyId: request.keyId,
  request: request.request,
  bodyBytes: request.bodyBytes,
  keyed,
  signal: request.signal,
  onEnded: request.onEnded,
  log: request.log,
  startedAtMs: request.startedAtMs,
  startedMonoMs: request.startedMonoMs,
});

/** What the environment alone could turn on may be missing; what the configuration names is meant to serve. */
function rejectUnmet(missing: readonly MissingProvider[]): void {
  const unmet = missing.filter(({ isNamed }) => isNamed);
  if (unmet.length === 0) return;
  const lines = unmet.map(
    ({ id, missingEnv }) =>
      `providers.${id}: ${missingEnv} is not set: set it, or leave the provider out with enabled: false`,
  );
  throw new ConfigError(lines.join("; "));
}
