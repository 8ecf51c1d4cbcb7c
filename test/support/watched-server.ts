// A program: a test server in a process of its own, which tells how long its event loop stood still.
// Its first argument has the server's options as JSON; `start` and `stop` come as messages.
import { watchLoop } from "./loop-watch.ts";
import { startTestServer, type TestServerOptions } from "./server.ts";

export interface Ready {
  baseUrl: string;
  key: string;
}

/** What the machine needs just now for the longest step that cannot be cut: a text of so many bytes, moved. */
function parseMs(bytes: number): number {
  const text = JSON.stringify({ a: "some words of a text ".repeat(bytes / 21) });
  const start = performance.now();
  JSON.parse(text);
  return performance.now() - start;
}

const options = JSON.parse(process.argv[2] ?? "{}") as TestServerOptions;
const server = await startTestServer(options);
let watch = watchLoop();

process.on("message", ({ parseBytes }: { parseBytes: number | null }) => {
  if (parseBytes === null) {
    watch.stop();
    process.send?.(null);
    watch = watchLoop();
    return;
  }
  const longestMs = watch.stop();
  process.send?.({ longestMs, parseMs: parseMs(parseBytes) });
});
process.on("disconnect", () => void server.close().finally(() => process.exit(0)));

const ready: Ready = { baseUrl: server.baseUrl, key: server.key };
process.send?.(ready);
