// Who may serve a request, best first, and the hold that covers whoever does.
import { ApiError } from "../base/errors.ts";
import type { Deployment } from "../catalog/types.ts";
import { type Config, type ProviderConfig, UNMENTIONED_PROVIDER } from "../config/schema.ts";
import type { Reserve, Reserved } from "../ledger/port.ts";
import { affordableOutputTokens, type HoldWish } from "../ledger/rules.ts";
import { inProgress } from "./idempotency.ts";
import { insufficientCredits } from "./insufficient-credits.ts";
import type {
  Bound,
  CallDeps,
  CallInput,
  CallRequest,
  Candidate,
  Hold,
  Operation,
} from "./operation.ts";

/** At least one. */
export type Candidates = readonly [Candidate, ...Candidate[]];

type Bounding<Request extends CallRequest> = Pick<Operation<Request, unknown, unknown>, "bound">;

/**
 * Those who can serve the request, of all who serve its model.
 * @throws ApiError 404 for an unknown model; what the best of them refuses the request for, where all do
 */
export function candidatesFor<Request extends CallRequest>(
  deps: CallDeps,
  operation: Bounding<Request>,
  input: CallInput<Request>,
): Candidates {
  const able: Candidate[] = [];
  let refusal: unknown = null;
  for (const deployment of deps.catalog.candidates(input.request.model)) {
    try {
      able.push(candidateOf(deps, operation, input, deployment));
    } catch (error) {
      refusal ??= error;
    }
  }
  if (!isFilled(able)) throw refusal ?? modelNotFound(input.request.model);
  return able;
}

const isFilled = (able: Candidate[]): able is [Candidate, ...Candidate[]] => able.length > 0;

function candidateOf<Request extends CallRequest>(
  deps: CallDeps,
  operation: Bounding<Request>,
  input: CallInput<Request>,
  deployment: Deployment,
): Candidate {
  const { providerId } = deployment;
  const adapter = deps.providers.connected.get(providerId)?.adapter;
  if (adapter === undefined) throw new Error(`no adapter for ${providerId}`);
  const settings = settingsOf(deps.config, providerId);
  const bound = operation.bound(deps, input, deployment, settings);
  return { deployment, adapter, settings, bound };
}

const settingsOf = ({ providers }: Config, providerId: string): ProviderConfig =>
  providers[providerId] ?? UNMENTIONED_PROVIDER;

const modelNotFound = (modelId: string): ApiError =>
  new ApiError({
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model",
    message: `The model '${modelId.slice(0, 200)}' is not supported. GET /models lists those that are.`,
  });

/** The hold that a request needs, for whichever candidate is the dearest. */
export function holdFor(
  { accountId, keyed, keyId, request, requestId }: CallInput<CallRequest>,
  candidates: Candidates,
  atMs: number,
): Reserve {
  return {
    requestId,
    accountId,
    keyId,
    modelId: request.model,
    stream: request.stream === true,
    atMs,
    wish: dearestWish(candidates),
    keyed:
      keyed === null
        ? null
        : { ...keyed.window, keyHash: keyed.key.keyHash, bodyHash: keyed.key.bodyHash },
  };
}

/** @throws ApiError 402 when it is not covered, 409 while another request has the idempotency key */
export function assertHeld(reserved: Reserved, { wish }: Reserve): Hold {
  if (reserved.kind === "held") return reserved;
  if (reserved.kind === "key_in_use") throw inProgress();
  if (wish === null) throw new Error("a free model needs no credit");
  throw insufficientCredits(wish, reserved);
}

/** The wish that is none of the candidates' too small; null where all are free. */
function dearestWish(candidates: Candidates): HoldWish | null {
  let dearest: HoldWish | null = null;
  for (const { bound } of candidates) {
    if (bound.wish !== null) dearest = dearest === null ? bound.wish : larger(dearest, bound.wish);
  }
  return dearest;
}

/** Covers both: of each figure the larger, since either may be dearer in its input, its output or its markup. */
function larger(one: HoldWish, other: HoldWish): HoldWish {
  const most = <Figure extends number | bigint>(a: Figure, b: Figure): Figure => (a > b ? a : b);
  return {
    inputTokenRates: most(one.inputTokenRates, other.inputTokenRates),
    outputTokenRate: most(one.outputTokenRate, other.outputTokenRate),
    markupBasisPoints: most(one.markupBasisPoints, other.markupBasisPoints),
    outputTokensMax: most(one.outputTokensMax, other.outputTokensMax),
    limitedByClient: one.limitedByClient,
    floorOutputTokens: one.floorOutputTokens,
    defaultOutputShare: one.defaultOutputShare,
  };
}

/**
 * The limit to send upstream: the client's, or the one that the hold pays for. The model's own maximum need not be
 * sent, and some models refuse it beside a long prompt.
 */
export function outputLimit({ limitedByClient, outputTokensMax, wish }: Bound, heldMicro: number) {
  if (limitedByClient) return outputTokensMax;
  const paidFor = wish === null ? outputTokensMax : affordableOutputTokens(wish, heldMicro);
  return paidFor < outputTokensMax ? paidFor : null;
}
