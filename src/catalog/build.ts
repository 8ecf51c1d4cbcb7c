// Builds the catalogue once at start: which id is served by which deployments, best first.
import { ConfigError } from "../config/config-error.ts";
import type { Config } from "../config/schema.ts";
import { createdOf } from "./created.ts";
import { DEMO_PROVIDER_ID, demoOffers } from "./demo.ts";
import { listOffers, type Offer } from "./offers.ts";
import { rankOf } from "./rank.ts";
import type { Deployment } from "./types.ts";

/** One id that clients may ask for, or could if its provider were connected. */
export interface CatalogEntry {
  id: string;
  providerId: string;
  served: boolean;
  /**
   * The environment variable that would connect the provider, or null when that is not what is
   * missing.
   */
  missingEnv: string | null;
  /** The best deployment behind the id. */
  deployment: Deployment;
  /** Unix seconds: the model's date where its names carry one, else the day of the data. */
  created: number;
  /** Dated and floating names that resolve to the same model. */
  aliases: string[];
}

export interface Catalog {
  /** Deployments that serve this id, best first; empty when unknown, unpriced or not served. */
  candidates(modelId: string): readonly Deployment[];
  /**
   * One entry for each id that clients may ask for now, sorted: bare ids, the operator's aliases,
   * and `provider/model` where the bare id is served by another provider first.
   */
  served(): readonly CatalogEntry[];
  /** The same for everything known, served or not. */
  all(): readonly CatalogEntry[];
  /** Served models, as `provider/model`, whose limits are taken from their family or are the usual defaults. */
  guessed: readonly string[];
}

export interface CatalogOptions {
  config: Config;
  /** Providers that have what they need (a key, an address) and are enabled. */
  connected: ReadonlySet<string>;
  /** For providers that only lack a key: the variable that should hold it. */
  missingEnv: ReadonlyMap<string, string>;
}

/**
 * Joins the bundled data, the configuration and the connected providers.
 * @throws Error for a model without a price, an alias that means two models, and overrides of
 * unknown models; the message names the configuration's path.
 */
export function buildCatalog(options: CatalogOptions): Catalog {
  const { config, connected } = options;
  const isServed = ({ deployment: { providerId } }: Offer) =>
    connected.has(providerId) || (config.demo.enabled && providerId === DEMO_PROVIDER_ID);
  // The demo may imitate any model.
  const active = rankedOffers(config, (id) => config.demo.enabled || connected.has(id)).filter(
    isServed,
  );
  rejectAliasClashes(active);

  const routes = buildRoutes(active);
  const served = listEntries(active, () => ({ served: true, missingEnv: null }));
  let all: CatalogEntry[] | null = null;
  // Most of what is known is not served: a start does not wait for it.
  const listAll = () =>
    listEntries(
      rankedOffers(config, () => true),
      (offer) => ({
        served: isServed(offer),
        missingEnv: isServed(offer)
          ? null
          : (options.missingEnv.get(offer.deployment.providerId) ?? null),
      }),
    );
  return {
    candidates: (modelId) => routes.get(modelId) ?? [],
    served: () => served,
    all() {
      all ??= listAll();
      return all;
    },
    guessed: active
      .filter(({ isGuessed }) => isGuessed)
      .map(({ deployment: { providerId, modelId } }) => `${providerId}/${modelId}`),
  };
}

/** Best first. */
function rankedOffers(config: Config, isWanted: (providerId: string) => boolean): Offer[] {
  const others = listOffers(config, isWanted).sort(byRank);
  return [...demoOffers(config, others), ...others];
}

/** Stable, so that models of one provider keep the data's order. */
function byRank(left: Offer, right: Offer): number {
  const [a, b] = [left.deployment.providerId, right.deployment.providerId];
  return rankOf(a) - rankOf(b) || (a < b ? -1 : Number(a > b));
}

/** Every name of every active offer; offers come best first. */
function buildRoutes(active: readonly Offer[]): Map<string, Deployment[]> {
  const routes = new Map<string, Deployment[]>();
  const add = (name: string, deployment: Deployment) => {
    const list = routes.get(name) ?? [];
    const known = list.some(
      (other) => other.providerId === deployment.providerId && other.modelId === deployment.modelId,
    );
    if (!known) {
      routes.set(name, [...list, deployment]);
    }
  };
  // Names with a provider come first: `openai/gpt-4o-mini` asks for OpenAI, though OpenRouter has a
  // model of that id.
  for (const qualify of [true, false]) {
    for (const { deployment, snapshots, aliases } of active) {
      const prefix = qualify ? `${deployment.providerId}/` : "";
      for (const name of [deployment.modelId, ...aliases]) {
        add(prefix + name, deployment);
      }
      for (const name of snapshots) {
        add(prefix + name, { ...deployment, upstreamModel: name });
      }
    }
  }
  return routes;
}

/** An alias must mean one model, and must not take the name of another one that is served. */
function rejectAliasClashes(active: readonly Offer[]): void {
  const owners = new Map<string, Offer>();
  for (const offer of active) {
    for (const name of [offer.deployment.modelId, ...offer.snapshots]) {
      owners.set(name, owners.get(name) ?? offer);
    }
  }
  for (const offer of active) {
    for (const alias of offer.aliases) {
      const owner = owners.get(alias) ?? offer;
      if (owner.deployment.modelId !== offer.deployment.modelId) {
        throw new ConfigError(
          `the alias ${JSON.stringify(alias)} of ${offer.path} is already a name of ` +
            `${owner.deployment.providerId}/${owner.deployment.modelId}`,
        );
      }
      owners.set(alias, owner);
    }
  }
}

type Standing = Pick<CatalogEntry, "served" | "missingEnv">;

/**
 * One entry for each id, sorted; an id belongs to the offer that answers it, as buildRoutes
 * decides.
 */
function listEntries(
  offers: readonly Offer[],
  standingOf: (offer: Offer) => Standing,
): CatalogEntry[] {
  const standing = new Map(offers.map((offer) => [offer, standingOf(offer)]));
  const isServed = (offer: Offer) => standing.get(offer)?.served === true;
  const entries = new Map<string, CatalogEntry>();
  const add = (id: string, offer: Offer, aliases: readonly string[]) => {
    const { deployment, snapshots } = offer;
    const { providerId, modelId } = deployment;
    const { served = false, missingEnv = null } = standing.get(offer) ?? {};
    const created = createdOf([modelId, ...snapshots]);
    entries.set(id, {
      id,
      providerId,
      served,
      missingEnv,
      deployment,
      created,
      aliases: [...aliases],
    });
  };
  const qualified = new Map(
    offers.flatMap((offer) =>
      [offer.deployment.modelId, ...offer.aliases, ...offer.snapshots].map((name) => [
        `${offer.deployment.providerId}/${name}`,
        offer,
      ]),
    ),
  );
  // Served offers first, so that a bare id belongs to a provider that answers it.
  for (const offer of [...offers.filter(isServed), ...offers.filter((it) => !isServed(it))]) {
    const { modelId } = offer.deployment;
    // OpenRouter's `openai/gpt-4` is OpenAI's own model where that is served.
    const named = qualified.get(modelId);
    const isTaken = named !== undefined && (isServed(named) || !isServed(offer));
    add(isTaken || entries.has(modelId) ? qualifiedName(offer) : modelId, offer, offer.snapshots);
    for (const alias of offer.aliases.filter((name) => !entries.has(name))) {
      add(alias, offer, []);
    }
  }
  return [...entries.values()].sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
}

function qualifiedName({ deployment }: Offer): string {
  return `${deployment.providerId}/${deployment.modelId}`;
}
