// The server that clients leave: a process of its own, whose memory and descriptors can be seen.
import { Database } from "bun:sqlite";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATABASE_FILE } from "../../src/db/open.ts";
import { MODEL } from "../money/support.ts";
import { callsAtOnce, type Program, runJson, SOURCES, startReady } from "../support/program.ts";

/** Calls upstream at once, unless a suite wants more. */
const CONNECTIONS = 8_192;

export interface LeftServer {
  origin: string;
  key: string;
  /** Resident memory in bytes. */
  rssBytes(): number;
  /** Open file descriptors. */
  descriptors(): number;
  /** Ends the server, which must do so in good order, and gives what it leaves behind. */
  stop(): Promise<Remains>;
  /** Ends it at once and removes its folder, where a suite has failed; does nothing after `stop`. */
  kill(): void;
}

/** What a server has left when it has ended. */
export interface Remains {
  exitCode: number | null;
  /** Its log from warnings up. */
  log: string;
  verify: { open_holds: number; discrepancies: unknown[] };
  /** How many requests ended in which way. */
  endings: Record<string, number>;
  /** Charges in the books, and how many requests they are of. */
  charges: { count: number; requests: number };
}

/** Sections of the configuration that a suite sets for itself. */
export interface Sections {
  server?: { upstreamConnections?: number; [setting: string]: unknown };
  limits?: object;
}

/** @param binary the executable; null runs the sources */
export async function startLeftServer(
  upstreamUrl: string,
  binary: string | null,
  sections: Sections = {},
): Promise<LeftServer> {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-leavers-"));
  const configFile = join(folder, "aacflow.json");
  writeFileSync(configFile, JSON.stringify(configOf(upstreamUrl, sections)));
  const program: Program = {
    command: binary === null ? SOURCES : [binary],
    cwd: folder,
    options: ["--data", join(folder, "data")],
    env: { HOME: folder, ...callsAtOnce(sections.server?.upstreamConnections ?? CONNECTIONS) },
  };
  const account = ["--name", "a", "--account", "team", "--new", "--credits", "1000"];
  const { key } = await runJson<{ key: string }>(program, ["keys", "create", ...account]);
  const server = await startReady<{ base_url: string }>(program, ["serve", "--config", configFile]);
  const stat = () => readFileSync(`/proc/${server.pid}/status`, "utf8");
  return {
    origin: new URL(server.ready.base_url).origin,
    key,
    rssBytes: () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(stat())?.[1]) * 1024,
    descriptors: () => readdirSync(`/proc/${server.pid}/fd`).length,
    kill() {
      server.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
    async stop() {
      const { code: exitCode, stderr: log } = await server.stop();
      const verify = await runJson<Remains["verify"]>(program, ["ledger", "verify"]);
      const counts = countEnded(join(folder, "data", DATABASE_FILE));
      rmSync(folder, { recursive: true, force: true });
      return { exitCode, log, verify, ...counts };
    },
  };
}

function configOf(upstreamUrl: string, { server, limits = {} }: Sections): object {
  const price = { inputPerMtok: "1", outputPerMtok: "1" };
  const model = { price, contextWindow: 100_000, maxOutputTokens: 1_000 };
  return {
    server: { port: 0, logLevel: "warn", ...server },
    limits,
    providers: {
      custom: { dialect: "openai", baseUrl: `${upstreamUrl}/v1`, models: { [MODEL]: model } },
    },
  };
}

function countEnded(file: string): Pick<Remains, "endings" | "charges"> {
  const database = new Database(file, { readonly: true });
  const rows = database
    .query<{ ending: string; count: number }, []>(
      "SELECT ending, COUNT(*) AS count FROM requests GROUP BY ending",
    )
    .all();
  const charges = database
    .query<Remains["charges"], []>(
      "SELECT COUNT(*) AS count, COUNT(DISTINCT request_id) AS requests FROM entries " +
        "WHERE kind = 'charge'",
    )
    .get() ?? { count: 0, requests: 0 };
  database.close();
  return { endings: Object.fromEntries(rows.map(({ ending, count }) => [ending, count])), charges };
}
