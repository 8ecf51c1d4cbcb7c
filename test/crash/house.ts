// The data folder, the configuration and the executable that a crash suite works on.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Child, firstLine, start } from "./children.ts";

/** A micro-dollar for each token, in and out. */
export const MODEL = "m";
/** The same at a provider whose answers are read to their end when their client leaves. */
export const DRAINED_MODEL = "drained";

export interface House {
  binary: string;
  /** Where the configuration is, and the data unless it was put elsewhere. */
  folder: string;
  dataDir: string;
}

/** A server that is ready. */
export interface Serving {
  child: Child;
  baseUrl: string;
}

export interface HouseOptions {
  binary: string;
  folder: string;
  /** Another place for the data, as a disk of its own. */
  dataDir?: string;
  upstreamUrl: string;
  drainTimeoutMs?: number;
}

/** Writes the configuration. */
export function makeHouse(options: HouseOptions): House {
  const { binary, folder, upstreamUrl, drainTimeoutMs = 1_000 } = options;
  const model = {
    price: { inputPerMtok: "1", outputPerMtok: "1" },
    contextWindow: 10_000,
    maxOutputTokens: 1_000,
  };
  // The upstream counts its calls: one for each request.
  const provider = {
    dialect: "openai",
    baseUrl: `${upstreamUrl}/v1`,
    retries: { max: 0 },
  };
  const config = {
    server: { port: 0, drainTimeoutMs },
    providers: {
      upstream: { ...provider, models: { [MODEL]: model } },
      draining: { ...provider, models: { [DRAINED_MODEL]: model }, onDisconnect: "drain" },
    },
  };
  writeFileSync(configFile(folder), JSON.stringify(config));
  const dataDir = options.dataDir ?? join(folder, "data");
  mkdirSync(dataDir, { recursive: true });
  return { binary, folder, dataDir };
}

/** Set, the server need not replace itself at its start, which makes that a third shorter. */
const ENV = { BUN_CONFIG_MAX_HTTP_REQUESTS: "8192" };

const configFile = (folder: string): string => join(folder, "aacflow.json");

/** Starts the server, without waiting for it. */
export function startServe(house: House): Child {
  return command(house, "serve", "--config", configFile(house.folder));
}

/** Starts the server and waits until it listens. Its log goes to a file where one is named. */
export async function serve(house: House, logFile?: string): Promise<Serving> {
  const child = logFile === undefined ? startServe(house) : startLoggingTo(logFile, house);
  const { base_url: baseUrl } = await firstLine<{ base_url: string }>(child);
  return { child, baseUrl };
}

function startLoggingTo(file: string, { binary, folder, dataDir }: House): Child {
  const serving = [binary, "serve", "--config", configFile(folder), "--data", dataDir, "--json"];
  return start(["sh", "-c", 'exec "$@" 2>>"$0"', file, ...serving], ENV);
}

/** Starts a command of the executable on the house's data. */
export function command(house: House, ...args: string[]): Child {
  return start([house.binary, ...args, "--data", house.dataDir, "--json"], ENV);
}

/** Opens an account with that much credit, and gives a key of it. */
export async function openAccount(house: House, name: string, credits: string): Promise<string> {
  const child = command(house, "keys", "create", "--name", name, "--credits", credits);
  if ((await child.ended) !== 0) throw new Error(child.stderr());
  return (JSON.parse(child.stdout()) as { key: string }).key;
}
