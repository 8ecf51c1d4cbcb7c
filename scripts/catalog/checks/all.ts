// All checks of the catalogue: what contradicts itself and is no known exception.
import type { FileModel } from "../../../src/catalog/data.ts";
import type { Check, Contradiction } from "./contradiction.ts";
import { EXCEPTIONS, type Exception } from "./exceptions.ts";
import {
  belowCacheRead,
  cacheShare,
  dated,
  output,
  parts,
  regions,
  tenfold,
  tiers,
  window,
  windowOfTwins,
} from "./hosts.ts";
import {
  chat,
  claudeHour,
  firstPeriod,
  limits,
  lopsided,
  priceOrder,
  tierWithinWindow,
  unique,
} from "./line.ts";
import { moving } from "./moving.ts";

const CHECKS: readonly Check[] = [
  unique,
  limits,
  chat,
  tierWithinWindow,
  firstPeriod,
  priceOrder,
  lopsided,
  claudeHour,
  window,
  windowOfTwins,
  output,
  tiers,
  parts,
  cacheShare,
  belowCacheRead,
  tenfold,
  dated,
  regions,
  moving,
];

export interface Verdict {
  contradictions: Contradiction[];
  /** Exceptions that nothing needs any more. */
  idle: Exception[];
}

/** Runs every check over the models of all providers. */
export function checkCatalog(models: readonly FileModel[]): Verdict {
  const found = CHECKS.flatMap((check) => check(models));
  const excuses = (exception: Exception) => (it: Contradiction) =>
    exception.check === it.check && exception.provider === it.provider && exception.id.test(it.id);
  return {
    contradictions: found.filter((it) => !EXCEPTIONS.some((exception) => excuses(exception)(it))),
    idle: EXCEPTIONS.filter((exception) => !found.some(excuses(exception))),
  };
}

/** One line for a maintainer. */
export function toLine({ check, provider, id, says }: Contradiction): string {
  return `${check}: ${provider}/${id}: ${says}`;
}
