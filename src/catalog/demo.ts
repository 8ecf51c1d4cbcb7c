// The demo provider's deployments: the model `demo`, and catalogue ids answered in other models'
// names.
import { ConfigError } from "../config/config-error.ts";
import type { Config } from "../config/schema.ts";
import type { Offer } from "./offers.ts";
import type { Deployment } from "./types.ts";

/** The id of the built-in demo provider, and of its own model. */
export const DEMO_PROVIDER_ID = "demo";

const DEMO_MODEL: Deployment = {
  modelId: "demo",
  providerId: DEMO_PROVIDER_ID,
  upstreamModel: "demo",
  facts: {
    contextWindow: 128_000,
    maxOutputTokens: 16_384,
    imageTokensMax: 1_000,
    capabilities: {
      tools: true,
      structuredOutput: true,
      jsonMode: true,
      vision: true,
      audioInput: true,
      audioOutput: true,
      files: true,
      reasoning: true,
    },
  },
  // gpt-4o-mini's price, so that the figures of a first try look familiar.
  prices: [{ price: { input: { microPerMtok: 150_000 }, output: { microPerMtok: 600_000 } } }],
  markupBasisPoints: 0,
};

/**
 * What the demo provider serves: nothing unless the configuration enables it.
 * @param ranked Every other offer, best first: an id is served at the price and limits of its first
 * one.
 * @throws Error for an id of `demo.models` that no offer has.
 */
export function demoOffers(config: Config, ranked: readonly Offer[]): Offer[] {
  if (!config.demo.enabled) {
    return [];
  }
  const own: Offer = {
    deployment: { ...DEMO_MODEL, markupBasisPoints: Math.round(config.markupPercent * 100) },
    snapshots: [],
    aliases: [],
    path: "demo",
    isGuessed: false,
  };
  const ids = config.demo.models.filter((id) => id !== DEMO_MODEL.modelId);
  return [own, ...ids.map((id) => imitate(id, ranked))];
}

function imitate(id: string, ranked: readonly Offer[]): Offer {
  const model = ranked.find(({ deployment }) => deployment.modelId === id);
  if (model === undefined) {
    throw new ConfigError(`demo.models names ${JSON.stringify(id)}, which the catalogue lacks`);
  }
  return {
    deployment: { ...model.deployment, providerId: DEMO_PROVIDER_ID, upstreamModel: id },
    snapshots: model.snapshots,
    aliases: model.aliases,
    path: "demo.models",
    isGuessed: false,
  };
}
