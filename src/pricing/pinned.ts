// The price at which a request is accepted, made once for all requests that are accepted at it.
import { priceAt } from "../catalog/price.ts";
import type { Deployment } from "../catalog/types.ts";
import type { PinnedPrice } from "./cost.ts";

type Priced = Pick<Deployment, "prices" | "markupBasisPoints">;

/** What each deployment had last. */
const pinned = new WeakMap<Priced, PinnedPrice>();

/** The price of a deployment at a moment, as one and the same object while it holds; null for a free one. */
export function pinPrice(deployment: Priced, now: Date): PinnedPrice | null {
  const price = priceAt(deployment, now);
  if (price === null) return null;
  const last = pinned.get(deployment);
  if (last?.price === price) return last;
  const { markupBasisPoints } = deployment;
  const next = { price, markupBasisPoints };
  pinned.set(deployment, next);
  return next;
}

const texts = new WeakMap<PinnedPrice, string>();

/** Its JSON, as it is recorded. */
export function priceJson(price: PinnedPrice): string {
  const known = texts.get(price);
  if (known !== undefined) return known;
  const text = JSON.stringify(price);
  texts.set(price, text);
  return text;
}
