// The data folder, the configuration and the executable that a crash suite works on.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Child, firstLine } from "../support/children.ts";
import { callsAtOnce, type Program, runJson, start } from "../support/program.ts";

/** A micro-dollar for each token, in and out. */
export const MODEL = "m";
/** The same at a provider whose answers are read to their end when their client leaves. */
const DRAINED_MODEL = "drained";

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

const configFile = (folder: string): string => join(folder, "aacflow.json");

const programOf = ({ binary, dataDir }: House): Program => ({
  command: [binary],
  options: ["--data", dataDir],
  env: callsAtOnce(8_192),
});

/** Starts the server, without waiting for it. Its log goes to a file where one is named. */
export function startServe(house: House, logFile?: string): Child {
  const program = { ...programOf(house), ...(logFile !== undefined && { stderrFile: logFile }) };
  return start(program, ["serve", "--config", configFile(house.folder), "--json"]);
}

/** Starts the server and waits until it listens. */
export async function serve(house: House, logFile?: string): Promise<Serving> {
  const child = startServe(house, logFile);
  const { base_url: baseUrl } = await firstLine<{ base_url: string }>(child);
  return { child, baseUrl };
}

/** Starts a command of the executable on the house's data. */
export const command = (house: House, ...args: string[]): Child =>
  start(programOf(house), [...args, "--json"]);

/** Opens an account with that much credit, and returns a key of it. */
export async function openAccount(house: House, name: string, credits: string): Promise<string> {
  const create = ["keys", "create", "--name", name, "--credits", credits];
  return (await runJson<{ key: string }>(programOf(house), create)).key;
}
