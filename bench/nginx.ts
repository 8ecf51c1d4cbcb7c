// The upstream for completions: nginx, answering every request with a file.
import { createServer } from "node:net";
import { join } from "node:path";
import { COMPLETION } from "./answers.ts";
import { start, workFolder } from "./processes.ts";
import { tool } from "./tools.ts";

const STATUS_PATH = "/status";

/** An upstream that counts what it has sent. */
export interface Upstream {
  name: string;
  origin: string;
  pid: number;
  /** Answers sent since the start, or events of paced streams. */
  sent(): Promise<number>;
}

/** Starts nginx. @throws Error when it is not installed or does not start */
export async function startNginx(): Promise<Upstream> {
  const folder = workFolder();
  await Bun.write(join(folder, "completion.json"), COMPLETION);
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  await Bun.write(file, config(port, folder));
  const { pid } = start([tool("nginx"), "-c", file, "-e", "stderr"]);
  const origin = `http://127.0.0.1:${port}`;
  await untilAnswering(origin);
  // stub_status prints `accepts handled requests`; the questions themselves count too.
  const sent = async () => {
    const text = await (await fetch(origin + STATUS_PATH)).text();
    return Number(/\d+ \d+ (\d+)/.exec(text)?.[1]);
  };
  return { name: "nginx", origin, pid, sent };
}

// One process, so that its processor time is that of the id which is known.
const config = (port: number, folder: string) => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=10;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_temp_path ${folder}/nginx-body;
  proxy_temp_path ${folder}/nginx-proxy;
  fastcgi_temp_path ${folder}/nginx-fastcgi;
  uwsgi_temp_path ${folder}/nginx-uwsgi;
  scgi_temp_path ${folder}/nginx-scgi;
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    location = ${STATUS_PATH} { stub_status; }
    location / { return 405; error_page 405 =200 /completion.json; }
    location = /completion.json { types {} default_type application/json; }
  }
}
`;

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

async function untilAnswering(origin: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answered = await fetch(origin + STATUS_PATH).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await Bun.sleep(25);
  }
  throw new Error("nginx did not start");
}
