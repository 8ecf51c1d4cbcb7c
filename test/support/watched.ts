// A server in a process of its own, and how long a request makes its event loop stand still.
import { join } from "node:path";
import { startCommanded } from "./commanded.ts";
import type { LongestTurn } from "./loop-watch.ts";
import type { TestServerOptions } from "./server.ts";
import type { Ready } from "./watched-server.ts";

export interface Block extends LongestTurn {
  status: number;
}

export interface WatchedServer {
  /** Sends a chat request, and reads its answer, or leaves after the first bytes of it. */
  measure(body: string, leaves?: boolean): Promise<Block>;
  close(): Promise<void>;
}

/** Starts one; neither its client nor its upstream is in its process. */
export async function startWatchedServer(options: TestServerOptions): Promise<WatchedServer> {
  const file = join(import.meta.dir, "watched-server.ts");
  const child = await startCommanded<"start" | "stop", LongestTurn | null>(
    file,
    JSON.stringify(options),
  );
  const { baseUrl, key } = child.ready as Ready;
  return {
    async measure(body, leaves = false) {
      // What the last request left behind is not this one's.
      await Bun.sleep(20);
      await child.ask("start");
      const answer = await fetch(`${baseUrl}/chat/completions`, {
        method: "POST",
        headers: { "x-api-key": key, "content-type": "application/json" },
        body,
      });
      if (leaves) await leave(answer);
      else await answer.arrayBuffer();
      return { status: answer.status, ...(await child.ask<LongestTurn>("stop")) };
    },
    close: child.stop,
  };
}

async function leave({ body }: Response): Promise<void> {
  const reader = body?.getReader();
  await reader?.read();
  await reader?.cancel();
}
