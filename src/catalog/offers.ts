// The list of offers: each model at each provider, overrides applied, before ids are made of them.

import type { ModelFacts } from "../base/model.ts";
import { ConfigError } from "../config/config-error.ts";
import type { Config } from "../config/schema.ts";
import { type KnownModel, knownIds, knownModels, NO_CAPABILITIES } from "./data.ts";
import { familyFacts } from "./family-facts.ts";
import { type MergedOverride, mergeOverride } from "./overrides.ts";
import type { Deployment } from "./types.ts";

/** One model at one provider, and the names it goes by there. */
export interface Offer {
  deployment: Deployment;
  /** Other names the provider itself has for it; sent upstream as they are. */
  snapshots: readonly string[];
  /** Other names the operator gave it; the provider gets the model's own. */
  aliases: readonly string[];
  /** Where the operator configured it, for messages. */
  path: string;
  /** Its limits and capabilities are neither in the data nor fully in the configuration. */
  isGuessed: boolean;
}

/**
 * Facts of a model that the catalogue lacks and the operator did not describe. The window is what
 * self-hosted servers commonly offer; tools and JSON are assumed, since refusing them would be
 * wrong for most models while the provider refuses them itself where it must; images, audio and
 * files are not, because their cost could not be bounded.
 */
export const UNKNOWN_FACTS: ModelFacts = {
  contextWindow: 32_768,
  maxOutputTokens: 8_192,
  imageTokensMax: 4_096,
  capabilities: { ...NO_CAPABILITIES, tools: true, structuredOutput: true, jsonMode: true },
};

/**
 * The models at the providers that the data or the configuration knows, connected or not. A
 * provider the operator disabled is left out.
 * @param isWanted which providers' models are listed; those that the configuration speaks of are in any case
 * @throws Error naming the configuration's path, for models without a price and overrides of
 * nothing.
 */
export function listOffers(
  config: Config,
  isWanted: (providerId: string) => boolean = () => true,
): Offer[] {
  const known = knownModels(
    ({ provider, id }) =>
      isWanted(provider) ||
      Object.hasOwn(config.providers, provider) ||
      Object.hasOwn(config.models, id),
  );
  const offers: Offer[] = [];
  const seen = new Set<string>();
  for (const model of known) {
    seen.add(`${model.providerId}\n${model.id}`);
    if (ownProvider(config, model.providerId)?.enabled !== false) {
      const override = mergeOverride(config, model.providerId, model.id);
      offers.push(toOffer(model.providerId, model.id, model, override));
    }
  }
  for (const [providerId, provider] of Object.entries(config.providers)) {
    for (const modelId of Object.keys(provider.models)) {
      if (provider.enabled && !seen.has(`${providerId}\n${modelId}`)) {
        const override = mergeOverride(config, providerId, modelId);
        offers.push(toOffer(providerId, modelId, null, override));
      }
    }
  }
  rejectIdleOverrides(config);
  return offers;
}

function toOffer(
  providerId: string,
  modelId: string,
  known: KnownModel | null,
  override: MergedOverride,
): Offer {
  const prices = override.prices ?? known?.prices;
  if (prices === undefined) {
    throw new ConfigError(
      `${override.path} has no price and the catalogue knows none: ` +
        `set "price", or "free": true to serve it without charging`,
    );
  }
  return {
    deployment: {
      modelId,
      providerId,
      upstreamModel: override.upstreamId ?? modelId,
      facts: toFacts(known?.facts ?? familyFacts(modelId) ?? UNKNOWN_FACTS, override),
      prices,
      markupBasisPoints: override.markupBasisPoints,
    },
    // A deployment of the operator's own name has no snapshots.
    snapshots: override.upstreamId === undefined ? (known?.aliases ?? []) : [],
    aliases: override.aliases,
    path: override.path,
    isGuessed:
      known === null &&
      (override.contextWindow === undefined || override.maxOutputTokens === undefined),
  };
}

function toFacts(base: ModelFacts, override: MergedOverride): ModelFacts {
  const contextWindow = override.contextWindow ?? base.contextWindow;
  const capabilities = { ...base.capabilities };
  for (const name of Object.keys(capabilities) as (keyof typeof capabilities)[]) {
    capabilities[name] = override.capabilities[name] ?? capabilities[name];
  }
  return {
    contextWindow,
    // A default never exceeds a window that the operator made smaller; an explicit limit stands.
    maxOutputTokens: override.maxOutputTokens ?? Math.min(base.maxOutputTokens, contextWindow),
    imageTokensMax: override.imageTokensMax ?? base.imageTokensMax,
    capabilities,
  };
}

/**
 * A misspelled id under `models` would leave the real model at its old price: that must not pass in
 * silence.
 */
function rejectIdleOverrides(config: Config): void {
  const ids = new Set(knownIds());
  for (const provider of Object.values(config.providers)) {
    for (const id of Object.keys(provider.models)) {
      ids.add(id);
    }
  }
  for (const id of Object.keys(config.models)) {
    if (!ids.has(id)) {
      throw new ConfigError(
        `models[${JSON.stringify(id)}] is no model of the catalogue: ` +
          "check the id, or describe the model under the provider that serves it",
      );
    }
  }
}

function ownProvider(config: Config, id: string): Config["providers"][string] | undefined {
  return Object.hasOwn(config.providers, id) ? config.providers[id] : undefined;
}
