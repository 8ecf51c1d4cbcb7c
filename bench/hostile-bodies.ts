// What hostile bodies cost everybody else: the longest time for which the event loop stands still, for each kind.
// Usage: bun bench/hostile-bodies.ts [MIB, 32 by default]
import { join } from "node:path";
import { hostileBodies } from "../test/support/hostile-bodies.ts";
import { watchLoop } from "../test/support/loop-watch.ts";
import { startTestServer } from "../test/support/server.ts";
import { endAll, startServer } from "./processes.ts";

const MIB = 1_048_576;
const maxBytes = Number(process.argv[2] ?? 32) * MIB;
const RUNS = 3;

/** A client in another process, so that its own work is not measured. */
async function post(url: string, key: string, file: string): Promise<number> {
  const client = Bun.spawn(
    [
      "curl",
      "-s",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}",
      "-H",
      `x-api-key: ${key}`,
      "-H",
      "content-type: application/json",
      "-H",
      "expect:",
      "--data-binary",
      `@${file}`,
      url,
    ],
    { stdout: "pipe" },
  );
  return Number(await new Response(client.stdout).text());
}

const upstream = await startServer<{ port: number }>(
  [process.execPath, join(import.meta.dir, "upstream.ts")],
  { place: "other" },
);
const server = await startTestServer({
  creditsMicro: 1_000_000_000_000,
  env: { OPENAI_API_KEY: "bench", OPENAI_BASE_URL: `http://127.0.0.1:${upstream.ready.port}/v1` },
  config: { limits: { bodyBytes: maxBytes } },
});
const print = (line: string) => process.stdout.write(`${line}\n`);
print("body                             bytes  status  longest block  JSON.parse");
try {
  for (const [name, make] of Object.entries(hostileBodies)) {
    const text = make(maxBytes);
    const file = `${server.dataDir}/body.json`;
    await Bun.write(file, text);
    let longestMs = 0;
    let parseMs = 0;
    let status = 0;
    for (let run = 0; run < RUNS; run++) {
      const watch = watchLoop();
      status = await post(`${server.baseUrl}/chat/completions`, server.key, file);
      longestMs = Math.max(longestMs, watch.stop());
      const start = performance.now();
      try {
        JSON.parse(text);
      } catch {
        // Some are not JSON to their end.
      }
      parseMs = Math.max(parseMs, performance.now() - start);
    }
    const row = [
      name.padEnd(28),
      String(Buffer.byteLength(text)).padStart(9),
      String(status).padStart(7),
      `${longestMs.toFixed(1)} ms`.padStart(14),
      `${parseMs.toFixed(1)} ms`.padStart(11),
    ];
    print(row.join(" "));
  }
} finally {
  await server.close();
  await endAll();
}
