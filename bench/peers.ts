// The servers that are compared, each in front of the same upstream.
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { nginxConfig } from "./nginx-config.ts";
import { runJson, start, startServer, workFolder } from "./processes.ts";
import { CHARGE_MICRO, MODEL, PRICE } from "./work.ts";

export interface Peer {
  name: string;
  url: string;
  key: string;
  /** Null for the upstream itself, which is asked directly and not measured. */
  pid: number | null;
}

const ROOT = join(import.meta.dir, "..");
const PATH = "/v1/chat/completions";
const BUN = process.execPath;

interface PortReady {
  port: number;
}

const local = (port: number) => `http://127.0.0.1:${port}`;

export async function startUpstream(): Promise<Peer> {
  const command = [BUN, join(import.meta.dir, "upstream.ts")];
  const { ready } = await startServer<PortReady>(command, { place: "other" });
  return { name: "upstream alone", url: local(ready.port) + PATH, key: "bench", pid: null };
}

const originOf = (upstream: Peer) => new URL(upstream.url).origin;

export async function startBareProxy(upstream: Peer): Promise<Peer> {
  const command = [BUN, join(import.meta.dir, "bare-proxy.ts"), originOf(upstream)];
  const { ready, pid } = await startServer<PortReady>(command, { place: "measured" });
  return { name: "bare Bun proxy", url: local(ready.port) + PATH, key: "bench", pid };
}

/** Null when nginx is not installed. */
export async function startNginx(upstream: Peer): Promise<Peer | null> {
  const nginx = Bun.which("nginx", { PATH: `${process.env.PATH}:/usr/sbin:/sbin` });
  if (nginx === null) return null;
  const port = await freePort();
  const file = join(workFolder(), "nginx.conf");
  const { host } = new URL(upstream.url);
  await Bun.write(file, nginxConfig({ port, upstream: host, folder: workFolder() }));
  const { pid } = start([nginx, "-c", file, "-e", "stderr"], { place: "measured" });
  await untilListening(port);
  return { name: "nginx", url: local(port) + PATH, key: "bench", pid };
}

export interface Gateway extends Peer {
  pid: number;
  program: string;
  /** What the books say, once the gateway has ended. */
  readBooks(): Promise<Books>;
}

export interface Books {
  ok: boolean;
  requests: number;
  open_holds: number;
  charged: string;
}

/** The compiled executable where there is one, else the source. */
function gatewayCommand(): { command: string[]; program: string } {
  const binary = join(ROOT, "dist", "aacflow");
  if (existsSync(binary)) return { command: [binary], program: "dist/aacflow" };
  return { command: [BUN, join(ROOT, "src", "main.ts")], program: "src/main.ts" };
}

/** With everything on: authentication, validation, durable deposits and settlements, the log. */
export async function startGateway(upstream: Peer): Promise<Gateway> {
  const { command, program } = gatewayCommand();
  const data = join(workFolder(), "data");
  const config = join(workFolder(), "aacflow.json");
  await Bun.write(config, JSON.stringify({ models: { [MODEL]: { price: PRICE } } }));
  const options = ["--data", data, "--config", config, "--json"];
  const create = ["keys", "create", "--name", "bench", "--credits", "1000000"];
  const { key } = await runJson<{ key: string }>([...command, ...create, ...options], {
    place: "other",
  });
  const { ready, pid } = await startServer<{ base_url: string }>(
    [...command, "serve", "--port", "0", ...options],
    {
      place: "measured",
      env: { OPENAI_API_KEY: "sk-bench", OPENAI_BASE_URL: `${originOf(upstream)}/v1` },
      stderrFile: join(workFolder(), "gateway.log"),
    },
  );
  const url = `${ready.base_url}/chat/completions`;
  const verify = [...command, "ledger", "verify", ...options];
  const readBooks = () => runJson<Books>(verify, { place: "other" });
  return { name: "AACFlow", url, key, pid, program, readBooks };
}

export interface MoneyCheck {
  ok: boolean;
  requests: number;
  expected: string;
  charged: string;
}

/** Whether the books add up, and hold each answered request at its price. */
export function checkMoney(books: Books, requests: number): MoneyCheck {
  const expected = ((requests * CHARGE_MICRO) / 1e6).toFixed(6);
  const { charged } = books;
  const isWhole = books.ok && books.open_holds === 0 && books.requests === requests;
  return { ok: isWhole && charged === expected, requests, expected, charged };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answered = await fetch(local(port), { method: "HEAD" }).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await Bun.sleep(25);
  }
  throw new Error("nginx did not start");
}
