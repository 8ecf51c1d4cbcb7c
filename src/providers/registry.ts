// Decides from the configuration and the environment which providers are on, and connects them.
import { ConfigError } from "../config/config-error.ts";
import { type Config, type ProviderConfig, UNMENTIONED_PROVIDER } from "../config/schema.ts";
import { defineProvider, type ProviderDefinition, type ProviderList } from "./define.ts";
import { type Environment, readVariable } from "./environment.ts";
import { PROVIDER_LIST } from "./list.ts";
import { createMediaFetcher, type MediaFetcher } from "./media/fetcher.ts";
import type { ProviderAdapter } from "./protocol.ts";

export interface ConnectedProvider {
  id: string;
  /** As the provider writes itself. */
  name: string;
  adapter: ProviderAdapter;
}

/** A provider that the server knows but cannot use yet. */
export interface MissingProvider {
  id: string;
  name: string;
  /** The environment variable that turns it on. */
  missingEnv: string;
  /** What is wrong with what is set, for the operator; null when something is merely not set. */
  problem: string | null;
  /** The configuration names it, so that it is meant to be on. */
  isNamed: boolean;
}

type Lacking = Omit<MissingProvider, "isNamed">;

export interface ProviderSet {
  /** By provider id, in the order of the list, then of the configuration. */
  connected: ReadonlyMap<string, ConnectedProvider>;
  missing: readonly MissingProvider[];
}

/** What all providers are connected with. */
interface House {
  config: Config;
  env: Environment;
  fetchMedia: MediaFetcher | null;
}

/**
 * Connects every provider that is on: its key's variable is set, or it needs no key and the
 * configuration or its base URL's variable names it. `enabled: false` switches one off without a
 * word.
 * @param list the server's own unless a caller knows others
 * @throws ConfigError when the configuration names a dialect that there is not, or
 * a provider that is not known without one; or when a base URL or header is malformed
 */
export function connectProviders(
  config: Config,
  env: Environment,
  list: ProviderList = PROVIDER_LIST,
): ProviderSet {
  const connected = new Map<string, ConnectedProvider>();
  const missing: MissingProvider[] = [];
  const house = { config, env, fetchMedia: createMediaFetcher(config.media) };
  for (const definition of definitionsFor(config, list)) {
    const outcome = connectOrExplain(definition, house);
    if (outcome === null) continue;
    if ("adapter" in outcome) connected.set(outcome.id, outcome);
    else missing.push({ ...outcome, isNamed: config.providers[outcome.id] !== undefined });
  }
  return { connected, missing };
}

/** The known providers, then those that only the configuration describes, without those that are off. */
function definitionsFor({ providers }: Config, list: ProviderList): ProviderDefinition[] {
  const known = list.providers.map((definition) => {
    const settings = providers[definition.id];
    const spoken = settings?.enabled === true ? settings.dialect : undefined;
    // Spoken to in another way than its own it shares no more than its name with the known one.
    return settings === undefined || spoken === undefined || spoken === definition.dialect.name
      ? definition
      : defineOwn(definition.id, settings, list);
  });
  const ids = new Set(known.map(({ id }) => id));
  const own = Object.entries(providers)
    .filter(([id, { enabled }]) => enabled && !ids.has(id))
    .map(([id, settings]) => defineOwn(id, settings, list));
  return [...known, ...own].filter(({ id }) => providers[id]?.enabled !== false);
}

function defineOwn(id: string, settings: ProviderConfig, list: ProviderList): ProviderDefinition {
  const configurable = list.dialects.filter((dialect) => dialect.configurable);
  const dialect = configurable.find(({ name }) => name === settings.dialect);
  if (dialect === undefined || (settings.baseUrl === undefined && !dialect.findsAddress)) {
    const problem =
      settings.dialect === undefined || dialect !== undefined
        ? "the server does not know this provider"
        : `there is no dialect "${settings.dialect}" for it`;
    throw new ConfigError(
      `providers.${id}: ${problem}. ` +
        `Set "dialect" (${configurable.map(({ name }) => name).join(", ")}) and "baseUrl", ` +
        `or use one of: ${list.providers.map((provider) => provider.id).join(", ")}`,
    );
  }
  return defineProvider({ id, name: id, dialect, needsKey: false });
}

/**
 * What only the environment says may be meant for other programs, so that a provider which cannot be made of it is
 * left out with its reason. What the configuration names has to work.
 */
function connectOrExplain(
  definition: ProviderDefinition,
  house: House,
): ConnectedProvider | Lacking | null {
  const { id, name, keyEnv } = definition;
  try {
    return connectOne(definition, house);
  } catch (error) {
    if (house.config.providers[id] !== undefined) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    return { id, name, missingEnv: keyEnv[0] ?? "", problem };
  }
}

/** The provider connected, or what it lacks; null when nobody asked for it. */
function connectOne(
  definition: ProviderDefinition,
  house: House,
): ConnectedProvider | Lacking | null {
  const { config, env } = house;
  const { id, name, dialect } = definition;
  const mentioned = config.providers[id];
  const settings = mentioned ?? UNMENTIONED_PROVIDER;
  const baseUrlFromEnv = attempt(id, () => readBaseUrl(definition, env));
  const isWanted = mentioned !== undefined || baseUrlFromEnv !== null || definition.isOn(config);
  if (!definition.needsKey && !isWanted) return null;

  const lacks = (missingEnv = "") => ({ id, name, missingEnv, problem: null });
  const keyEnv = settings.apiKeyEnv === undefined ? definition.keyEnv : [settings.apiKeyEnv];
  const apiKey = readVariable(env, keyEnv);
  if (apiKey === null && (definition.needsKey || settings.apiKeyEnv !== undefined)) {
    return lacks(keyEnv[0]);
  }
  const lacking = definition.alsoNeeds.find((names) => readVariable(env, names) === null);
  if (lacking !== undefined) return lacks(lacking[0]);
  const baseUrl = settings.baseUrl ?? baseUrlFromEnv ?? knownAddress(definition, env);
  if (baseUrl === null && !dialect.findsAddress) return lacks(definition.baseUrlEnv.at(-1)?.name);

  const adapter = attempt(id, () =>
    dialect.connect({
      providerId: id,
      baseUrl,
      apiKey,
      headers: settings.headers,
      timeouts: settings.timeouts,
      limits: config.limits,
      fetchMedia: house.fetchMedia,
      proxyUrl: settings.proxyUrl ?? null,
      passFields: settings.passFields,
      demo: config.demo,
      env,
    }),
  );
  return { id, name, adapter };
}

/** The definition's address, each variable in it replaced by its value. */
function knownAddress({ baseUrl, alsoNeeds }: ProviderDefinition, env: Environment): string | null {
  return alsoNeeds.reduce(
    (address, names) => address?.replace(`{${names[0]}}`, readVariable(env, names) ?? "") ?? null,
    baseUrl,
  );
}

function readBaseUrl(definition: ProviderDefinition, env: Environment): string | null {
  for (const { name, defaultPath } of definition.baseUrlEnv) {
    const value = readVariable(env, [name]);
    if (value === null) continue;
    const url = URL.parse(value);
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "") {
      throw new Error(`${name} must be an http or https URL without credentials`);
    }
    if (defaultPath !== undefined && url.pathname === "/") url.pathname = defaultPath;
    return url.href;
  }
  return null;
}

function attempt<T>(id: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new ConfigError(`providers.${id}: ${error instanceof Error ? error.message : error}`);
  }
}
