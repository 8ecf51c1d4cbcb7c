// A program: a test server in a process of its own, which tells how long its event loop stood still.
// Its first argument has the server's options as JSON; `start` and `stop` come as messages.
import { watchLoop } from "./loop-watch.ts";
import { startTestServer, type TestServerOptions } from "./server.ts";

export interface Ready {
  baseUrl: string;
  key: string;
}

const options = JSON.parse(process.argv[2] ?? "{}") as TestServerOptions;
const server = await startTestServer(options);
let watch = watchLoop();

process.on("message", async (message: "start" | "stop") => {
  if (message === "start") {
    watch.stop();
    watch = watchLoop();
    process.send?.(null);
    return;
  }
  // What a client that left has caused is its request's too.
  while (server.gateway.inProgress() > 0) await Bun.sleep(1);
  process.send?.(watch.stop());
});
process.on("disconnect", () => void server.close().finally(() => process.exit(0)));

const ready: Ready = { baseUrl: server.baseUrl, key: server.key };
process.send?.(ready);
