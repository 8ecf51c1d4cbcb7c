// The gateway under test, from the outside: its configuration, its accounts, its process.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BookClass, CLASSES, CONTEXT_WINDOW, MAX_OUTPUT } from "./classes.ts";
import type { Payers } from "./load/run-load.ts";

const READY_MS = 30_000;
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
  stop(): Promise<number>;
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

function spawn({ command, folder }: Place, args: readonly string[], stderr: "pipe" | Bun.BunFile) {
  const { PATH = "", HOME = "" } = process.env;
  const options = ["--data", join(folder, "data"), "--config", join(folder, "aacflow.json")];
  return Bun.spawn([...command, ...args, ...options, "--json"], {
    cwd: folder,
    env: { PATH, HOME, BOOKS_KEY: "sk-books" },
    stdin: "ignore",
    stdout: "pipe",
    stderr,
  });
}

/** Runs a command to its end and gives its JSON. @throws Error with what it wrote, when it fails. */
export async function command<T>(place: Place, args: readonly string[]): Promise<T> {
  const child = spawn(place, args, "pipe");
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr as ReadableStream).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`${args.join(" ")}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}

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
  const log = join(place.folder, "gateway.log");
  const child = spawn(place, ["serve"], Bun.file(log));
  // It must not outlive a run that is broken off.
  const end = () => child.kill();
  process.once("exit", end);
  void child.exited.then(() => process.off("exit", end));
  const reader = (child.stdout as ReadableStream<Uint8Array>).getReader();
  const timer = setTimeout(() => child.kill(), READY_MS);
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the gateway did not start: ${readFileSync(log, "utf8")}`);
    text += Buffer.from(value).toString();
  }
  clearTimeout(timer);
  const { base_url } = JSON.parse(text) as { base_url: string };
  return {
    origin: new URL(base_url).origin,
    stop() {
      child.kill("SIGTERM");
      return child.exited;
    },
    errors: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== ""),
  };
}
