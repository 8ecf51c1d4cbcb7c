// Decides from the configuration and the environment which providers are on, and connects them.
import { type Config, type ProviderConfig, UNMENTIONED_PROVIDER } from "../config/schema.ts";
import { DECLARATIONS, type ProviderDeclaration } from "./declarations.ts";
import { createDemoProvider } from "./demo/provider.ts";
import { connectDialect, type Dialect } from "./dialects.ts";
import { AWS_REGION, type Environment, readVariable } from "./environment.ts";
import { COMPATIBLE } from "./openai/quirks.ts";
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
}

export interface ProviderSet {
  /** By provider id, in the order of the declarations, then of the configuration. */
  connected: ReadonlyMap<string, ConnectedProvider>;
  missing: readonly MissingProvider[];
}

const DEMO_ID = "demo";

/**
 * Connects every provider that is on: its key's variable is set, or it needs no key and the
 * configuration or its base URL's variable names it. `enabled: false` switches one off without a
 * word.
 * @throws Error, fit for the operator, when an unknown provider lacks `dialect` and `baseUrl`, or when a base URL or header is malformed
 */
export function connectProviders(config: Config, env: Environment): ProviderSet {
  const connected = new Map<string, ConnectedProvider>();
  const missing: MissingProvider[] = [];
  for (const declaration of declarationsFor(config)) {
    const settings = config.providers[declaration.id] ?? UNMENTIONED_PROVIDER;
    if (!settings.enabled || settings.dialect === "demo") {
      continue;
    }
    const outcome = connectOrExplain(declaration, settings, config, env);
    if (outcome !== null && "adapter" in outcome) {
      connected.set(outcome.id, outcome);
    } else if (outcome !== null) {
      missing.push(outcome);
    }
  }
  for (const provider of demoProviders(config)) {
    connected.set(provider.id, provider);
  }
  return { connected, missing };
}

/** The known providers, then those that only the configuration describes. */
function declarationsFor(config: Config): ProviderDeclaration[] {
  const known = new Set(DECLARATIONS.map((declaration) => declaration.id));
  const own = Object.entries(config.providers)
    .filter(([id, settings]) => !known.has(id) && !isDemo(id, settings) && settings.enabled)
    .map(([id, settings]) => declareOwn(id, settings));
  return [...DECLARATIONS, ...own];
}

function isDemo(id: string, settings: ProviderConfig): boolean {
  return settings.dialect === "demo" || (id === DEMO_ID && settings.dialect === undefined);
}

function declareOwn(id: string, settings: ProviderConfig): ProviderDeclaration {
  const dialect = ownDialect(settings);
  if (dialect === null || settings.baseUrl === undefined) {
    throw new Error(
      `providers.${id}: the server does not know this provider. ` +
        `Set "dialect" (openai, anthropic or gemini) and "baseUrl", or use one of: ` +
        DECLARATIONS.map((declaration) => declaration.id).join(", "),
    );
  }
  return {
    id,
    name: id,
    baseUrl: settings.baseUrl,
    baseUrlEnv: [],
    keyEnv: [],
    needsKey: settings.apiKeyEnv !== undefined,
    dialect,
  };
}

function ownDialect({ dialect }: ProviderConfig): Dialect | null {
  if (dialect === "openai") {
    return { kind: "openai", auth: "bearer", quirks: COMPATIBLE, hasResponses: false };
  }
  return dialect === "anthropic" || dialect === "gemini" ? { kind: dialect } : null;
}

/**
 * What only the environment says may be meant for other programs, so that a provider which cannot be made of it is
 * left out with its reason. What the configuration names has to work.
 */
function connectOrExplain(
  declaration: ProviderDeclaration,
  settings: ProviderConfig,
  config: Config,
  env: Environment,
): ConnectedProvider | MissingProvider | null {
  try {
    return connectOne(declaration, settings, config, env);
  } catch (error) {
    if (settings !== UNMENTIONED_PROVIDER) throw error;
    const { id, name, keyEnv } = declaration;
    const problem = error instanceof Error ? error.message : String(error);
    return { id, name, missingEnv: keyEnv[0] ?? "", problem };
  }
}

/** The provider connected, or what it lacks; null when nobody asked for it. */
function connectOne(
  declaration: ProviderDeclaration,
  settings: ProviderConfig,
  config: Config,
  env: Environment,
): ConnectedProvider | MissingProvider | null {
  const { id, name } = declaration;
  const baseUrlFromEnv = readBaseUrl(declaration, env);
  if (!declaration.needsKey && settings === UNMENTIONED_PROVIDER && baseUrlFromEnv === null) {
    return null;
  }
  const keyEnv = settings.apiKeyEnv === undefined ? declaration.keyEnv : [settings.apiKeyEnv];
  const apiKey = readVariable(env, keyEnv);
  const keyRequired = declaration.needsKey || settings.apiKeyEnv !== undefined;
  if (apiKey === null && keyRequired) {
    return { id, name, missingEnv: keyEnv[0] ?? "", problem: null };
  }
  const lacking = (declaration.alsoNeeds ?? []).find((names) => readVariable(env, names) === null);
  if (lacking !== undefined) {
    return { id, name, missingEnv: lacking[0] ?? "", problem: null };
  }
  const known = declaration.baseUrl?.replace("{region}", readVariable(env, AWS_REGION) ?? "");
  const baseUrl = settings.baseUrl ?? baseUrlFromEnv ?? known ?? null;
  if (baseUrl === null && declaration.findsItsAddress !== true) {
    return { id, name, missingEnv: declaration.baseUrlEnv.at(-1)?.name ?? "", problem: null };
  }
  const adapter = attempt(id, () =>
    connectDialect(declaration.dialect, {
      providerId: id,
      baseUrl,
      apiKey,
      headers: settings.headers,
      timeouts: settings.timeouts,
      limits: config.limits,
      media: config.media,
      proxyUrl: settings.proxyUrl ?? null,
      passFields: settings.passFields,
      env,
    }),
  );
  return { id, name, adapter };
}

/** The built-in demo model, under its own id and under those that the configuration gives it. */
function demoProviders(config: Config): ConnectedProvider[] {
  const ids = Object.entries(config.providers)
    .filter(([id, settings]) => settings.enabled && isDemo(id, settings))
    .map(([id]) => id);
  const off = config.providers[DEMO_ID]?.enabled === false;
  if (config.demo.enabled && !off && !ids.includes(DEMO_ID)) {
    ids.push(DEMO_ID);
  }
  if (ids.length === 0) {
    return [];
  }
  const demo = createDemoProvider(config.demo);
  return ids.map((id) => ({
    id,
    name: id === DEMO_ID ? demo.name : id,
    adapter: demo.adapter,
  }));
}

function readBaseUrl(declaration: ProviderDeclaration, env: Environment): string | null {
  for (const { name, defaultPath } of declaration.baseUrlEnv) {
    const value = readVariable(env, [name]);
    if (value === null) {
      continue;
    }
    const url = URL.parse(value);
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "") {
      throw new Error(`${name} must be an http or https URL without credentials`);
    }
    if (defaultPath !== undefined && url.pathname === "/") {
      url.pathname = defaultPath;
    }
    return url.href;
  }
  return null;
}

function attempt<T>(id: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new Error(`providers.${id}: ${error instanceof Error ? error.message : error}`);
  }
}
