// The catalogue and the providers, as a server with this configuration would have them.
import { buildCatalog, type Catalog } from "../catalog/build.ts";
import type { Config } from "../config/schema.ts";
import { connectProviders, type ProviderSet } from "../providers/registry.ts";
import { type CliContext, underConfig } from "./context.ts";

/** @throws ConfigError when the configuration contradicts itself. */
export function catalogOf(
  context: CliContext,
  config: Config,
): { catalog: Catalog; providers: ProviderSet } {
  return underConfig(context, () => build(config, context.env));
}

function build(config: Config, env: CliContext["env"]) {
  const providers = connectProviders(config, env);
  const catalog = buildCatalog({
    config,
    connected: new Set(providers.connected.keys()),
    missingEnv: new Map(providers.missing.map(({ id, missingEnv }) => [id, missingEnv])),
  });
  return { catalog, providers };
}
