// The doctor's calls to the providers: each one's cheapest authenticated endpoint, all at once.

import { reasonOf } from "../../base/operator-error.ts";
import type { Config } from "../../config/schema.ts";
import type { ConnectedProvider, MissingProvider } from "../../providers/registry.ts";
import { unlessAborted } from "../../providers/transport/unless-aborted.ts";
import { catalogOf } from "../catalog.ts";
import type { Installation } from "../installation.ts";
import type { Check } from "./check.ts";

const PROBE_TIMEOUT_MS = 5_000;

/** One check for each connected provider, and one line on those that lack a key. */
export async function checkProviders(installation: Installation, config: Config): Promise<Check[]> {
  try {
    // The catalogue too: a contradiction in the configuration shows when it is built.
    const { connected, missing } = catalogOf(installation, config).providers;
    const probes = await Promise.all([...connected.values()].map(probe));
    const unset = missing.filter(({ problem, isNamed }) => problem === null && !isNamed);
    return [...probes, ...describeBroken(missing), ...describeMissing(unset, connected.size)];
  } catch (error) {
    return [{ name: "models", status: "fail", detail: reasonOf(error) }];
  }
}

async function probe(provider: ConnectedProvider): Promise<Check> {
  const name = `provider ${provider.id}`;
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    // A probe that does not heed its signal must not keep the others waiting.
    const { ok, detail } = await unlessAborted(provider.adapter.probe(signal), signal);
    return { name, status: ok ? "ok" : "fail", detail };
  } catch (error) {
    const detail = signal.aborted
      ? `no answer within ${PROBE_TIMEOUT_MS / 1000} s`
      : reasonOf(error);
    return { name, status: "fail", detail };
  }
}

/** Providers whose variables are set, but not so that they can be used, and those that the configuration wants. */
function describeBroken(missing: readonly MissingProvider[]): Check[] {
  return missing.flatMap(({ id, problem, isNamed, missingEnv }): Check[] => {
    if (problem === null && !isNamed) return [];
    const detail = problem ?? `the configuration names it, and ${missingEnv} is not set`;
    return [{ name: `provider ${id}`, status: "fail", detail }];
  });
}

function describeMissing(missing: readonly MissingProvider[], connected: number): Check[] {
  if (missing.length === 0) return [];
  // Two providers may share a variable.
  const variables = [...new Set(missing.flatMap(({ missingEnv }) => missingEnv || []))].join(", ");
  return connected === 0
    ? [
        {
          name: "providers",
          status: "warn",
          detail: `none is connected, so no model is served: set one of ${variables}`,
        },
      ]
    : [{ name: "other providers", status: "ok", detail: `not connected, no key in ${variables}` }];
}
