// Dispatch: from a validated request to a deposit taken, and the metered call that owns it.
import type { ChatRequest } from "../base/chat.ts";
import type { Clock } from "../base/clock.ts";
import { ApiError } from "../base/errors.ts";
import type { Catalog } from "../catalog/build.ts";
import type { Deployment } from "../catalog/types.ts";
import { type Config, type ProviderConfig, UNMENTIONED_PROVIDER } from "../config/schema.ts";
import type { AnswerPort, IdempotencyKey } from "../idempotency/answers.ts";
import type { LedgerPort } from "../ledger/port.ts";
import { affordableOutputTokens, type Balance } from "../ledger/rules.ts";
import { addedInputTokens } from "../metering/added-input.ts";
import type { TokenCounter } from "../metering/tokens/counter.ts";
import type { ProviderAdapter, UpstreamCall } from "../providers/protocol.ts";
import type { ProviderSet } from "../providers/registry.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { checkCapabilities, checkPriced } from "./capabilities.ts";
import { inProgress, type KeyedRequest } from "./idempotency.ts";
import type { Lifelines } from "./lifeline.ts";
import { createMeteredCall, type MeteredCall } from "./metered-call.ts";
import { insufficientCredits, type Quote, quote } from "./quote.ts";

/** Everything of the house that a chat request passes through. */
export interface ChatDeps {
  config: Config;
  catalog: Catalog;
  providers: ProviderSet;
  ledger: LedgerPort;
  answers: AnswerPort;
  lifelines: Lifelines;
  countTokens: TokenCounter;
  metrics: Metrics;
  clock: Clock;
  log: Logger;
}

/** A validated request of an authenticated caller. */
export interface ChatInput {
  requestId: string;
  accountId: string;
  keyId: string;
  request: ChatRequest;
  /** Length of the body as it arrived. */
  bodyBytes: number;
  /** Null without an idempotency key. */
  keyed: KeyedRequest | null;
  /** Aborts when the client has left. */
  signal: AbortSignal;
  /** Told once the request's money is settled, or none was taken. */
  onEnded?: () => void;
  /** A logger of this request's own: its lines name request, account, key and model, and from here on the provider. */
  log: Logger;
  startedAtMs: number;
  startedMonoMs: number;
}

/** What a request becomes before its deposit: where it goes, what it may cost, and the call that it will be. */
export interface CallPlan {
  providerId: string;
  adapter: ProviderAdapter;
  quote: Quote;
  settings: ProviderConfig;
  /** The call upstream, with the output limit that this deposit pays for. */
  upstreamCall(heldMicro: number): UpstreamCall;
  deployment: Deployment;
}

/** The account with this request's deposit taken. */
export type Deposit = Balance & { amountMicro: number };

/**
 * Resolves the model, checks what it can do, quotes, and takes the deposit, durably.
 * @returns the call, which owns the deposit from here on: everything that can fail after it happens inside of the call.
 * @throws ApiError 404 for an unknown model, 400 for what it cannot do, 402 when the deposit is not covered.
 */
export async function dispatchChat(deps: ChatDeps, input: ChatInput): Promise<MeteredCall> {
  const lifeline = deps.lifelines.open(input.signal, input.onEnded);
  let plan: CallPlan;
  let deposit: Deposit;
  try {
    plan = planCall(deps, input);
    deposit = await takeDeposit(deps, input, plan);
  } catch (error) {
    // Without a deposit there is no call, which would close it.
    lifeline.close();
    throw error;
  }
  return createMeteredCall({ deps, input, plan, deposit, lifeline });
}

const settingsOf = ({ providers }: Config, providerId: string): ProviderConfig =>
  providers[providerId] ?? UNMENTIONED_PROVIDER;

function checkedDeployment(deps: ChatDeps, request: ChatRequest): Deployment {
  const deployment = resolveDeployment(deps.catalog, request.model);
  checkCapabilities(request, deployment);
  const { allowUnpriced } = settingsOf(deps.config, deployment.providerId);
  if (!allowUnpriced && deployment.prices.length > 0) checkPriced(request);
  return deployment;
}

function resolveDeployment(catalog: Catalog, modelId: string): Deployment {
  const [deployment] = catalog.resolve(modelId);
  if (deployment !== undefined) return deployment;
  throw new ApiError({
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model",
    message: `The model '${modelId.slice(0, 200)}' is not supported. GET /models lists those that are.`,
  });
}

function planCall(deps: ChatDeps, input: ChatInput): CallPlan {
  const { request, requestId } = input;
  const deployment = checkedDeployment(deps, request);
  const { providerId, upstreamModel, facts } = deployment;
  input.log.setBindings({ provider: providerId });
  const adapter = deps.providers.connected.get(providerId)?.adapter;
  if (adapter === undefined) throw new Error(`no adapter for ${providerId}`);
  const settings = settingsOf(deps.config, providerId);
  const wanted = quote({
    request,
    bodyBytes: input.bodyBytes,
    deployment,
    addedTokens: addedInputTokens(request, deployment, settings),
    now: new Date(input.startedAtMs),
    money: deps.config.money,
  });
  return {
    providerId,
    adapter,
    deployment,
    quote: wanted,
    settings,
    upstreamCall: (heldMicro) => ({
      requestId,
      request,
      upstreamModel,
      facts,
      maxOutputTokens: outputLimit(wanted, heldMicro),
    }),
  };
}

async function takeDeposit(
  { clock, ledger }: ChatDeps,
  { accountId, keyed, keyId, request, requestId }: ChatInput,
  { quote: { wish } }: CallPlan,
): Promise<Deposit> {
  const reserved = await ledger.reserve({
    requestId,
    accountId,
    keyId,
    modelId: request.model,
    stream: request.stream === true,
    atMs: clock.nowMs(),
    wish,
    keyed: keyed === null ? null : { ...keyed.window, ...hashesOf(keyed.key) },
  });
  if (reserved.kind === "held") return reserved;
  if (reserved.kind === "key_in_use") throw inProgress();
  if (wish === null) throw new Error("a free model needs no credit");
  throw insufficientCredits(wish, reserved);
}

const hashesOf = ({ keyHash, bodyHash }: IdempotencyKey) => ({ keyHash, bodyHash });

/**
 * The limit to send upstream: the client's, or the one that the deposit pays for. The model's own maximum need not be
 * sent, and some models refuse it beside a long prompt.
 */
function outputLimit(wanted: Quote, heldMicro: number): number | null {
  const { limitedByClient, outputTokensMax, wish } = wanted;
  if (limitedByClient) return outputTokensMax;
  const paidFor = wish === null ? outputTokensMax : affordableOutputTokens(wish, heldMicro);
  return paidFor < outputTokensMax ? paidFor : null;
}
