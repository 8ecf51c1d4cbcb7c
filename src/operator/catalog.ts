// The catalogue and the providers, as a server with this configuration would have them.
import { buildCatalog, type Catalog } from "../catalog/build.ts";
import type { Config } from "../config/schema.ts";
import { connectProviders, type ProviderSet } from "../providers/registry.ts";
import { type Installation, underConfig } from "./installation.ts";

/** @throws ConfigError when the configuration contradicts itself. */
export function catalogOf(
  installation: Installation,
  config: Config,
): { catalog: Catalog; providers: ProviderSet } {
  return underConfig(installation, () => build(config, installation.env));
}

function build(config: Config, env: Installation["env"]) {
  const providers = connectProviders(config, env);
  const catalog = buildCatalog({
    config,
    connected: new Set(providers.connected.keys()),
    missingEnv: new Map(providers.missing.map(({ id, missingEnv }) => [id, missingEnv])),
  });
  return { catalog, providers };
}
