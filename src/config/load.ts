// Loading the configuration: file, then environment, then what the command line says; each checked, merged and frozen.
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { ConfigError } from "./config-error.ts";
import { describeIssue, pathOf } from "./describe-issue.ts";
import { parseConfigText } from "./parse-file.ts";
import { type Config, configSchema } from "./schema.ts";

export interface ConfigSources {
  /** Path of a .yaml, .yml, .json, .jsonc or .toml file; null for defaults alone. */
  file: string | null;
  env: Record<string, string | undefined>;
  /** Settings of the command line, which win over all else. */
  server?: ListenSettings;
  demo?: { enabled: boolean; models: string[] };
}

interface ListenSettings {
  host?: string;
  port?: number;
}

/** Each schema is used a few times in a process: to make code of it, as zod does, takes longer than it saves. */
const FEW_TIMES = { jitless: true };

/**
 * Reads and checks all sources and gives the frozen result. Each source is checked by itself, so that what is wrong
 * in one is told even where another overrides it.
 * @throws ConfigError when the file cannot be read or a setting is wrong.
 */
export function loadConfig(sources: ConfigSources): Config {
  const raw = sources.file === null ? {} : readFile(sources.file);
  const fromEnv = listenFromEnv(sources.env);
  check(sources.server ?? {}, { host: "--host", port: "--port" });
  const merged = {
    ...raw,
    server: { ...section(raw, "server"), ...fromEnv, ...sources.server },
    ...(sources.demo === undefined ? {} : { demo: { ...section(raw, "demo"), ...sources.demo } }),
  };
  return deepFreeze(configSchema.parse(merged, FEW_TIMES));
}

function readFile(file: string): Record<string, unknown> {
  const { value, lineOf } = parseFile(file);
  // A file that is empty, or holds nothing but comments, is null.
  const raw = value ?? {};
  const issues = configSchema.safeParse(raw, FEW_TIMES).error?.issues ?? [];
  if (issues.length > 0) {
    const lines = issues
      .map((issue) => ({ line: lineOf(pathOf(issue)), what: describeIssue(issue) }))
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
      .map(({ line, what }) => (line === null ? what : `line ${line}: ${what}`));
    throw new ConfigError(`${file}: ${lines.join("; ")}`);
  }
  return raw as Record<string, unknown>;
}

function parseFile(file: string) {
  try {
    return parseConfigText(file, readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`cannot read the configuration ${file}: ${reason}`);
  }
}

function listenFromEnv(env: ConfigSources["env"]): ListenSettings {
  const settings: ListenSettings = {};
  if (env.AACFLOW_HOST) settings.host = env.AACFLOW_HOST;
  // Number() of a wrong text is NaN, which the schema refuses.
  if (env.AACFLOW_PORT) settings.port = Number(env.AACFLOW_PORT);
  check(settings, { host: "AACFLOW_HOST", port: "AACFLOW_PORT" });
  return settings;
}

/** Holds settings that are in no file against the schema, under the names that they have where they come from. */
function check(server: ListenSettings, names: Record<keyof ListenSettings, string>): void {
  const issues = configSchema.safeParse({ server }, FEW_TIMES).error?.issues ?? [];
  const lines = issues.map((issue) => {
    const name = names[issue.path[1] as keyof ListenSettings];
    return describeIssue({ ...issue, path: [name] } as z.core.$ZodIssue);
  });
  if (lines.length > 0) throw new ConfigError(lines.join("; "));
}

function section(raw: Record<string, unknown>, name: string): Record<string, unknown> {
  return (raw[name] ?? {}) as Record<string, unknown>;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
