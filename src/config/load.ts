// Loading the configuration: file, then environment, then what the command line says; checked once and frozen.
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { z } from "zod";
import { type Config, configSchema } from "./schema.ts";

/** A configuration that cannot be used; the message names file and setting. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export interface ConfigSources {
  /** Path of a .yaml, .yml, .json, .jsonc or .toml file; null for defaults alone. */
  file: string | null;
  env: Record<string, string | undefined>;
  /** Settings of the command line, which win over all else. */
  server?: { host?: string; port?: number };
  demo?: { enabled: boolean; models: string[] };
}

/**
 * Reads and checks all sources and gives the frozen result.
 * @throws ConfigError when the file cannot be read or a setting is wrong.
 */
export function loadConfig(sources: ConfigSources): Config {
  const raw = sources.file === null ? {} : readFile(sources.file);
  const fromEnv = serverFromEnv(sources.env);
  const merged = {
    ...raw,
    server: { ...section(raw, "server"), ...fromEnv, ...sources.server },
    ...(sources.demo === undefined ? {} : { demo: { ...section(raw, "demo"), ...sources.demo } }),
  };
  const result = configSchema.safeParse(merged);
  if (!result.success) {
    const where = sources.file ?? "the environment";
    throw new ConfigError(`${where}: ${result.error.issues.map(describe).join("; ")}`);
  }
  return deepFreeze(result.data);
}

function readFile(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(path, readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`cannot read the configuration ${path}: ${reason}`);
  }
  // An empty YAML file is null.
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new ConfigError(`${path}: the configuration must be a mapping of settings`);
  }
  return value as Record<string, unknown>;
}

function parse(path: string, text: string): unknown {
  const extension = extname(path).toLowerCase();
  if (extension === ".toml") return Bun.TOML.parse(text);
  if (extension === ".jsonc" || extension === ".json") return Bun.JSONC.parse(text);
  if (extension === ".yaml" || extension === ".yml") return Bun.YAML.parse(text);
  throw new Error("its name must end in .yaml, .yml, .json, .jsonc or .toml");
}

function serverFromEnv(env: ConfigSources["env"]): { host?: string; port?: number } {
  const server: { host?: string; port?: number } = {};
  if (env.AACFLOW_HOST) server.host = env.AACFLOW_HOST;
  // Number() of a wrong text is NaN, which the schema refuses with a message of its own.
  if (env.AACFLOW_PORT) server.port = Number(env.AACFLOW_PORT);
  return server;
}

function section(raw: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = raw[name];
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join(".");
  return path === "" ? issue.message : `${path}: ${issue.message}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
