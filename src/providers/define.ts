// How a dialect and a provider are defined: plain data and one function. list.ts names them all.
import type { Config, Timeouts } from "../config/schema.ts";
import type { Environment } from "./environment.ts";
import type { MediaFetcher } from "./media/fetcher.ts";
import type { ProviderAdapter } from "./protocol.ts";

/** What a dialect is told of a provider, from its definition, the configuration and the environment. */
export interface ConnectOptions {
  /** For messages to the operator; never sent upstream. */
  providerId: string;
  /** Null only where the dialect {@link Dialect.findsAddress}. */
  baseUrl: string | null;
  apiKey: string | null;
  /** Sent with every call; they win over the dialect's own. */
  headers: Readonly<Record<string, string>>;
  timeouts: Timeouts;
  limits: Config["limits"];
  /** Null refuses requests that name media by an http(s) URL. */
  fetchMedia: MediaFetcher | null;
  /** Null connects directly. */
  proxyUrl: string | null;
  /** The configuration's `passFields`. */
  passFields: boolean | readonly string[] | undefined;
  demo: Config["demo"];
  /** For the clouds, whose credentials are more than one key. */
  env: Environment;
}

/** A way to speak to providers. */
export interface Dialect {
  /** As the configuration's `dialect` names it. */
  name: string;
  /** It needs no base URL: it works its address out by itself, or has none. */
  findsAddress: boolean;
  /** Whether a provider that only the configuration describes may name it. */
  configurable: boolean;
  /**
   * Makes the adapter of one provider.
   * @throws Error, fit for the operator, when an address, a header or a credential is malformed
   */
  connect(options: ConnectOptions): ProviderAdapter;
}

interface OwnAddress {
  name: string;
  findsAddress: true;
  configurable: boolean;
  connect(options: ConnectOptions): ProviderAdapter;
}

interface GivenAddress {
  name: string;
  findsAddress?: false;
  connect(options: ConnectOptions & { baseUrl: string }): ProviderAdapter;
}

/** Defines a dialect; one that is given its address can be used by any provider of the configuration. */
export function defineDialect(dialect: OwnAddress | GivenAddress): Dialect {
  if (dialect.findsAddress === true) return dialect;
  const { name, connect } = dialect;
  return {
    name,
    findsAddress: false,
    configurable: true,
    connect(options) {
      const { providerId, baseUrl } = options;
      if (baseUrl === null) throw new Error(`${providerId} has no base URL`);
      return connect({ ...options, baseUrl });
    },
  };
}

/** An environment variable that holds a base URL. */
export interface BaseUrlVariable {
  name: string;
  /** Added when the variable's URL has no path: these variables commonly hold the bare address. */
  defaultPath?: string;
}

/** A provider that the server knows by name: where it is and which variables turn it on. */
export interface ProviderDefinition {
  id: string;
  /** As the provider writes itself. */
  name: string;
  dialect: Dialect;
  /**
   * Null where each customer has an address of their own. A variable's name in braces, which
   * {@link ProviderDefinition.alsoNeeds} must have, stands for its value.
   */
  baseUrl: string | null;
  /** In the order of preference; the first that is set counts. */
  baseUrlEnv: readonly BaseUrlVariable[];
  /** In the order of preference; the first that is set counts. */
  keyEnv: readonly string[];
  /** Variables that must be set beside the key: of each group the first that is counts. */
  alsoNeeds: readonly (readonly string[])[];
  /** False for servers on one's own machine: on when configured, with or without a key. */
  needsKey: boolean;
  /** Whether a provider without a key is on though the configuration's `providers` do not name it. */
  isOn(config: Config): boolean;
}

/** What a definition must say; the rest has defaults that fit most providers. */
export type ProviderFacts = Pick<ProviderDefinition, "id" | "name" | "dialect"> &
  Partial<ProviderDefinition>;

/** Defines a provider: left out, it has no address and no variables, and needs a key. */
export function defineProvider(facts: ProviderFacts): ProviderDefinition {
  return {
    baseUrl: null,
    baseUrlEnv: [],
    keyEnv: [],
    alsoNeeds: [],
    needsKey: true,
    isOn: () => false,
    ...facts,
  };
}

/** All that a server can connect to. */
export interface ProviderList {
  dialects: readonly Dialect[];
  /** In the order in which the operator sees them. */
  providers: readonly ProviderDefinition[];
}
