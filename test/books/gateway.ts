// The gateway under test, from the outside: its configuration, its accounts, its process.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Program, runJson, startReady } from "../support/program.ts";
import { type BookClass, CLASSES, CONTEXT_WINDOW, MAX_OUTPUT } from "./classes.ts";
import type { Payers } from "./load/run-load.ts";

/** How long a provider of the classes that fall silent may be silent. */
const SILENCE_MS = 700;
/** How long a provider that never ends is read on for a client that left. */
const SHORT_DRAIN_MS = 400;
/** More than this load can have. */
const MANY_CALLS = 100_000;
const RICH_CREDITS = "1000000.000000";
const ACCOUNTS = { rich: 3, poor: 3 };
const RICH_KEYS = 2;

export interface Gateway {
  origin: string;
  /** Ends it in good order, and gives its exit code. */
  stop(): Promise<number | null>;
  /** Lines of its log at level `error` or above. */
  errors(): string[];
}

/** The command of the gateway, and the folder that it lives in. */
export interface Place {
  command: readonly string[];
  folder: string;
}

const dataOf = ({ folder }: Place) => join(folder, "data");
export const databaseOf = (place: Place) => join(dataOf(place), "aacflow.db");

const programOf = ({ command, folder }: Place): Program => ({
  command,
  cwd: folder,
  options: ["--data", join(folder, "data"), "--config", join(folder, "aacflow.json")],
  env: { BOOKS_KEY: "sk-books" },
});

/** Runs a command to its end and returns its JSON. @throws Error with what it wrote, when it fails. */
export const command = <T>(place: Place, args: readonly string[]): Promise<T> =>
  runJson<T>(programOf(place), args);

export async function configure(place: Place, upstreamUrl: string): Promise<void> {
  const provider = (id: BookClass["provider"], dialect: string, options = {}) => ({
    dialect,
    baseUrl: `${upstreamUrl}/v1`,
    apiKeyEnv: "BOOKS_KEY",
    // The upstream counts its calls: one for each request.
    retries: { max: 0 },
    ...options,
    models: Object.fromEntries(
      CLASSES.filter((book) => book.provider === id && book.client !== "wrong-model").map(
        (book) => [book.id, modelOf(book)],
      ),
    ),
  });
  const draining = (drain: object) => ({
    onDisconnect: "drain",
    drain: { maxCalls: MANY_CALLS, ...drain },
  });
  const config = {
    server: { port: 0, logLevel: "error", docs: false },
    providers: {
      oa: provider("oa", "openai"),
      an: provider("an", "anthropic"),
      ge: provider("ge", "gemini"),
      "oa-deaf": provider("oa-deaf", "openai", { timeouts: { firstByteMs: SILENCE_MS } }),
      "oa-stalling": provider("oa-stalling", "openai", {
        timeouts: { betweenChunksMs: SILENCE_MS },
      }),
      "oa-drain": provider("oa-drain", "openai", draining({})),
      "an-drain": provider("an-drain", "anthropic", draining({})),
      "oa-drain-short": provider("oa-drain-short", "openai", draining({ maxMs: SHORT_DRAIN_MS })),
    },
  };
  await Bun.write(join(place.folder, "aacflow.json"), JSON.stringify(config));
}

const modelOf = ({ tariff }: BookClass) => ({
  contextWindow: CONTEXT_WINDOW,
  maxOutputTokens: MAX_OUTPUT,
  ...(tariff === null
    ? { free: true }
    : { price: tariff.price, markupPercent: Number(tariff.markupPercent) }),
});

/** Makes the accounts and their keys. */
export async function openAccounts(place: Place, poorCredits: string): Promise<Payers> {
  const open = async (account: string, credits: string, keys: number) => {
    const secrets: string[] = [];
    for (let number = 0; number < keys; number++) {
      const granted = number === 0 ? ["--new", "--credits", credits] : [];
      const create = ["keys", "create", "--name", `${account}-${number}`, "--account", account];
      secrets.push((await command<{ key: string }>(place, [...create, ...granted])).key);
    }
    return { account, credits, keys: secrets };
  };
  const numbers = (length: number) => Array.from({ length }, (_, number) => number);
  // The first one makes the database.
  const first = await open("rich", RICH_CREDITS, RICH_KEYS);
  const [others, poor] = await Promise.all([
    Promise.all(numbers(ACCOUNTS.rich - 1).map((n) => open(`rich-${n}`, RICH_CREDITS, RICH_KEYS))),
    Promise.all(numbers(ACCOUNTS.poor).map((n) => open(`poor-${n}`, poorCredits, 1))),
  ]);
  return { rich: [first, ...others], poor };
}

export async function startGateway(place: Place): Promise<Gateway> {
  const stderrFile = join(place.folder, "gateway.log");
  const program = { ...programOf(place), stderrFile };
  const server = await startReady<{ base_url: string }>(program, ["serve"]);
  return {
    origin: new URL(server.ready.base_url).origin,
    stop: async () => (await server.stop()).code,
    errors: () =>
      readFileSync(stderrFile, "utf8")
        .split("\n")
        .filter((line) => line !== ""),
  };
}
