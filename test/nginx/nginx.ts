// Runs nginx with the configuration of docs/operators.md itself, on free ports and in a folder of its own.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CANDIDATES = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];
const nginxPath: string | null =
  Bun.which("nginx") ?? CANDIDATES.find((path) => existsSync(path)) ?? null;

/** Why the tests are not to run here, or null. In CI they always are, and fail without nginx. */
export const skipReason: string | null =
  nginxPath === null && process.env.CI !== "true"
    ? "nginx is not installed (Debian: apt-get install nginx-light)"
    : null;

const START_MS = 10_000;

/** The block that operators copy. */
function documentedBlock(): string {
  const text = readFileSync(join(import.meta.dir, "..", "..", "docs", "operators.md"), "utf8");
  const block = /```nginx\n([\s\S]*?)```/.exec(text)?.[1];
  if (block === undefined) throw new Error("docs/operators.md has no nginx block");
  return block;
}

export interface Nginx {
  origin: string;
  stop(): Promise<void>;
}

/**
 * Starts it in front of a server, without TLS.
 * @param readTimeout takes the place of the documented `proxy_read_timeout`, so that a test need not wait for it
 */
export async function startNginx(upstream: string, readTimeout: string): Promise<Nginx> {
  if (nginxPath === null) throw new Error("nginx is not installed");
  const port = await freePort();
  const block = replaced(documentedBlock(), [
    [/listen 443 ssl;/, `listen 127.0.0.1:${port};`],
    [/\n *ssl_certificate(?:_key)? .*;/g, ""],
    [/http:\/\/127\.0\.0\.1:4000/, upstream],
    [/proxy_read_timeout [^;]+;/, `proxy_read_timeout ${readTimeout};`],
  ]);
  const folder = mkdtempSync(join(tmpdir(), "aacflow-nginx-test-"));
  const file = join(folder, "nginx.conf");
  writeFileSync(file, configuration(folder, block));
  const child = Bun.spawn([nginxPath, "-p", folder, "-c", file, "-e", join(folder, "error.log")], {
    stdout: "ignore",
    stderr: "inherit",
  });
  const origin = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill("SIGTERM");
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + START_MS;
  while (!(await answers(origin))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error("nginx did not start");
    }
    await Bun.sleep(20);
  }
  return { origin, stop };
}

/** Each pattern must be there: docs that have moved on must not leave a test of nothing behind. */
function replaced(text: string, changes: [RegExp, string][]): string {
  let result = text;
  for (const [pattern, replacement] of changes) {
    if (result.search(pattern) === -1) throw new Error(`not in the documented block: ${pattern}`);
    result = result.replace(pattern, replacement);
  }
  return result;
}

function configuration(folder: string, block: string): string {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return [
    user,
    "daemon off;",
    "worker_processes 1;",
    `pid ${join(folder, "nginx.pid")};`,
    "events {}",
    `http { access_log off; ${paths.join(" ")}`,
    block,
    "}",
  ].join("\n");
}

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/health`)).ok;
  } catch {
    return false;
  }
}

/** One that was free a moment ago: nginx cannot choose by itself. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}
