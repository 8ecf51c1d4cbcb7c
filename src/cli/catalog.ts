// The catalogue and the providers, as a server with this configuration would have them.
import { buildCatalog, type Catalog } from "../catalog/build.ts";
import type { Config } from "../config/schema.ts";
import { connectProviders, type ProviderSet } from "../providers/registry.ts";

/** @throws Error when the configuration contradicts itself. */
export function catalogOf(
  config: Config,
  env: Record<string, string | undefined>,
): { catalog: Catalog; providers: ProviderSet } {
  const providers = connectProviders(config, env);
  const catalog = buildCatalog({
    config,
    connected: new Set(providers.connected.keys()),
    missingEnv: new Map(providers.missing.map(({ id, missingEnv }) => [id, missingEnv])),
  });
  return { catalog, providers };
}
