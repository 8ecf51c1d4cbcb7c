// The upstreams, and the servers in front of them that are compared: a bare proxy and the product.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openAccounts } from "./accounts.ts";
import { type DialectName, DRIVERS } from "./answers.ts";
import { startNginx, type Upstream } from "./nginx.ts";
import { runJson, startServer, workFolder } from "./processes.ts";

/** Pauses between the events of a stream, in milliseconds: none, as fast as models speak, and one to hold streams open. */
const PACES = { burst: 0, paced: 5, slow: 1_000 };

export type Pace = keyof typeof PACES;

/** The path of the upstream under which streams have a pace. */
export const pathOf = (pace: Pace, dialect: DialectName = "openai"): string =>
  `/${PACES[pace]}/${dialect}`;

/** Accounts of the product that carries the load. */
const ACCOUNTS = 1_000;
const BUN = process.execPath;
const BINARY = resolve(join(import.meta.dir, "..", "dist", "aacflow"));
/** Which only the upstreams of streams serve: a name that several providers know would be a choice between them. */
export const STREAM_MODEL = "gpt-4o-mini-streamed";
const PRICE = { inputPerMtok: "0.15", outputPerMtok: "0.60" };

/** Bun calls at most 256 upstreams at once unless it is told otherwise, as the product tells it. */
const MANY_CALLS = { BUN_CONFIG_MAX_HTTP_REQUESTS: "8192" };

export interface Bare {
  name: "bare";
  pid: number;
  origin: string;
}

export interface Product {
  name: "product";
  pid: number;
  /** With the path of the API. */
  baseUrl: string;
  keys: string[];
  dataDir: string;
}

export interface Upstreams {
  /** Answers completions. */
  nginx: Upstream;
  /** Answers streams. */
  paced: Upstream;
}

export interface World extends Upstreams {
  bare: Bare;
  product: Product;
}

/** Starts everything. @throws Error that names what is missing */
export async function startWorld(): Promise<World> {
  if (!existsSync(BINARY)) throw new Error("dist/aacflow is missing: npm run build");
  const nginx = await startNginx();
  const paced = await startPaced();
  const upstreams = { nginx, paced };
  const bare = await startBare(upstreams);
  const product = await startProduct(await prepareProduct(upstreams, ACCOUNTS));
  return { ...upstreams, bare, product };
}

async function startPaced(): Promise<Upstream> {
  const command = [BUN, join(import.meta.dir, "paced-upstream.ts")];
  const { ready, pid } = await startServer<{ port: number }>(command);
  const origin = `http://127.0.0.1:${ready.port}`;
  const sent = async () => Number(await (await fetch(origin)).text());
  return { name: "paced upstream", origin, pid, sent };
}

/** Starts another bare proxy. */
export async function startBare({ nginx, paced }: Upstreams): Promise<Bare> {
  const command = [BUN, join(import.meta.dir, "bare-proxy.ts"), nginx.origin, paced.origin];
  const { ready, pid } = await startServer<{ port: number }>(command, { env: MANY_CALLS });
  return { name: "bare", pid, origin: `http://127.0.0.1:${ready.port}` };
}

export interface Books {
  ok: boolean;
  requests: number;
  open_holds: number;
}

/** What `ledger verify` says of the product's books, which has to have ended. */
export function readBooks({ dataDir }: Product): Promise<Books> {
  return runJson<Books>([BINARY, "ledger", "verify", "--data", dataDir, "--json"]);
}

/** A product that can be started, and again when it has ended. */
export interface Prepared {
  dataDir: string;
  configFile: string;
  env: Record<string, string>;
  keys: string[];
}

/** Makes a data folder with accounts, and a configuration that knows the upstreams. */
export async function prepareProduct(
  { nginx, paced }: Upstreams,
  accounts: number,
): Promise<Prepared> {
  const dataDir = join(workFolder(), `data-${Bun.randomUUIDv7()}`);
  mkdirSync(dataDir);
  const models = { [STREAM_MODEL]: { price: PRICE } };
  const speaking = (pace: Pace) => ({
    dialect: "openai",
    baseUrl: paced.origin + pathOf(pace),
    models,
  });
  const providers = {
    burst: speaking("burst"),
    paced: speaking("paced"),
    slow: speaking("slow"),
  };
  const configFile = join(dataDir, "aacflow.json");
  writeFileSync(configFile, JSON.stringify({ providers }));
  const env = {
    ...DRIVERS.openai.env(nginx.origin),
    ...DRIVERS.anthropic.env(paced.origin + pathOf("paced", "anthropic")),
    ...DRIVERS.gemini.env(paced.origin + pathOf("paced", "gemini")),
    ...DRIVERS.bedrock.env(paced.origin + pathOf("paced", "bedrock")),
    AACFLOW_METRICS_TOKEN: "bench",
  };
  return { dataDir, configFile, env, keys: await openAccounts(dataDir, accounts) };
}

/** Starts the executable with everything on: authentication, durable money, records, the log, metrics. */
export async function startProduct(prepared: Prepared): Promise<Product> {
  const { dataDir, configFile, env, keys } = prepared;
  const options = ["--port", "0", "--data", dataDir, "--config", configFile, "--json"];
  const { ready, pid } = await startServer<{ base_url: string }>([BINARY, "serve", ...options], {
    env,
    stderrFile: join(dataDir, "log"),
  });
  return { name: "product", pid, baseUrl: ready.base_url, keys, dataDir };
}
