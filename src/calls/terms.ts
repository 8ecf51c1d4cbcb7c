// The terms of a settlement, as one object for all requests that a deployment served at one price: the ledger's thread is
// told of each once.
import type { Deployment } from "../catalog/types.ts";
import type { Terms } from "../ledger/port.ts";
import type { PinnedPrice } from "../pricing/cost.ts";
import { priceJson } from "../pricing/pinned.ts";
import type { Candidate } from "./operation.ts";

interface LastTerms {
  pinned: PinnedPrice | null;
  terms: Terms;
}

/** At the price that a deployment had last; the terms of another price take their place. */
const lastTerms = new WeakMap<Deployment, LastTerms>();

/** Where a candidate's calls go, and at what price. */
export function termsOf({ deployment, bound }: Pick<Candidate, "deployment" | "bound">): Terms {
  const { pinned } = bound;
  const last = lastTerms.get(deployment);
  if (last !== undefined && last.pinned === pinned) return last.terms;
  const terms: Terms = {
    providerId: deployment.providerId,
    upstreamModel: deployment.upstreamModel,
    priceJson: pinned === null ? null : priceJson(pinned),
  };
  lastTerms.set(deployment, { pinned, terms });
  return terms;
}
