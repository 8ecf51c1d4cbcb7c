// The server that clients leave: a process of its own, whose memory and descriptors can be seen.
import { Database } from "bun:sqlite";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATABASE_FILE } from "../../src/db/open.ts";
import { MODEL } from "../money/support.ts";

const MAIN = join(import.meta.dir, "..", "..", "src", "main.ts");
const READY_MS = 30_000;
/** Set, the server need not replace itself at its start. */
const ENV = { BUN_CONFIG_MAX_HTTP_REQUESTS: "8192" };

export interface LeftServer {
  origin: string;
  key: string;
  /** Resident memory in bytes. */
  rssBytes(): number;
  /** Open file descriptors. */
  descriptors(): number;
  /** Ends the server, which must do so in good order, and gives what it leaves behind. */
  stop(): Promise<Remains>;
}

/** What a server has left when it has ended. */
export interface Remains {
  exitCode: number;
  /** Its log from warnings up. */
  log: string;
  verify: { open_holds: number; discrepancies: unknown[] };
  /** How many requests ended in which way. */
  endings: Record<string, number>;
}

/** @param binary the executable; null runs the sources */
export async function startLeftServer(
  upstreamUrl: string,
  binary: string | null,
): Promise<LeftServer> {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-leavers-"));
  const configFile = join(folder, "aacflow.json");
  writeFileSync(configFile, JSON.stringify(configOf(upstreamUrl)));
  const program = binary === null ? [process.execPath, MAIN] : [binary];
  const start = (...args: string[]) =>
    Bun.spawn([...program, ...args, "--data", join(folder, "data"), "--json"], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", HOME: folder, ...ENV },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  const command = async <T>(...args: string[]): Promise<T> =>
    (await new Response(start(...args).stdout).json()) as T;

  const account = ["--name", "a", "--account", "team", "--credits", "1000"];
  const { key } = await command<{ key: string }>("keys", "create", ...account);
  const child = start("serve", "--config", configFile);
  const log = new Response(child.stderr).text();
  const ready = JSON.parse(await firstLine(child.stdout)) as { base_url: string };
  const stat = () => readFileSync(`/proc/${child.pid}/status`, "utf8");
  return {
    origin: new URL(ready.base_url).origin,
    key,
    rssBytes: () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(stat())?.[1]) * 1024,
    descriptors: () => readdirSync(`/proc/${child.pid}/fd`).length,
    async stop() {
      child.kill("SIGTERM");
      const exitCode = await child.exited;
      const verify = await command<Remains["verify"]>("ledger", "verify");
      const endings = countEndings(join(folder, "data", DATABASE_FILE));
      rmSync(folder, { recursive: true, force: true });
      return { exitCode, log: await log, verify, endings };
    },
  };
}

function configOf(upstreamUrl: string): object {
  const price = { inputPerMtok: "1", outputPerMtok: "1" };
  const model = { price, contextWindow: 100_000, maxOutputTokens: 1_000 };
  return {
    server: { port: 0, logLevel: "warn" },
    providers: {
      custom: { dialect: "openai", baseUrl: `${upstreamUrl}/v1`, models: { [MODEL]: model } },
    },
  };
}

function countEndings(file: string): Record<string, number> {
  const database = new Database(file, { readonly: true });
  const rows = database
    .query<{ ending: string; count: number }, []>(
      "SELECT ending, COUNT(*) AS count FROM requests GROUP BY ending",
    )
    .all();
  database.close();
  return Object.fromEntries(rows.map(({ ending, count }) => [ending, count]));
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const deadline = Bun.sleep(READY_MS).then(() => null);
  let text = "";
  while (!text.includes("\n")) {
    const result = await Promise.race([reader.read(), deadline]);
    if (result === null || result.done) throw new Error("the server did not start");
    text += decoder.decode(result.value, { stream: true });
  }
  return text.slice(0, text.indexOf("\n"));
}
