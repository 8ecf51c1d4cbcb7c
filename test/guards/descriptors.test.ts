// Without file descriptors the server says so, refuses chats instead of letting them hang, and recovers.
import { afterAll, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { endAll } from "../support/children.ts";
import { tempFolder } from "../support/folders.ts";
import { SOURCES, startReady } from "../support/program.ts";
import { waitUntil } from "../support/wait.ts";

interface Ready {
  base_url: string;
  key: string;
}

const LIMIT = 200;
const CONNECTIONS = 400;

const folder = tempFolder();
const sockets: Socket[] = [];
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await endAll();
});

function open(port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  sockets.push(socket);
  return socket;
}

/** A demo with few descriptors; the limit is the hard one, since the runtime raises the other to it. */
async function startLimited() {
  const command = ["sh", "-c", `ulimit -n ${LIMIT} && exec "$0" "$@"`, ...SOURCES];
  const program = { command, cwd: folder };
  const { ready, stderr } = await startReady<Ready>(program, ["demo", "--port", "0"]);
  return { port: Number(new URL(ready.base_url).port), key: ready.key, log: stderr };
}

test.skipIf(process.platform === "win32")(
  "silent connections that take all descriptors",
  async () => {
    const { port, key, log } = await startLimited();
    const body = JSON.stringify({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "hi" }],
      max_tokens: 1,
    });
    const early = open(port);
    let received = "";
    early.on("data", (bytes) => {
      received += bytes.toString();
    });
    const chat = async (): Promise<string> => {
      received = "";
      early.write(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${key}\r\n` +
          `content-length: ${body.length}\r\n\r\n${body.slice(0, 1)}`,
      );
      // In two parts, so that the connection is never between two requests when the server looks.
      early.write(body.slice(1));
      await waitUntil(() => /\r\n\r\n\{.*\}$/s.test(received), "an answer", 10_000);
      return received.split(" ")[1] ?? "";
    };
    // Half a head keeps it open: what is between two requests is closed to make room.
    early.write("GET /health HTTP/1.1\r\nhost: a\r\n");
    for (let count = 0; count < CONNECTIONS; count++) open(port);
    await waitUntil(() => log().includes("no file descriptors are left"), "the log", 20_000);
    early.write("\r\n");
    await waitUntil(() => received.includes('"ok"'), "the health", 10_000);
    expect(await chat()).toBe("503");
    expect(received).toContain('"code":"overloaded"');

    for (const socket of sockets) if (socket !== early) socket.destroy();
    await waitUntil(() => log().includes("there are file descriptors again"), "recovery", 20_000);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "x-api-key": key },
      body,
    });
    expect(answer.status).toBe(200);
  },
  90_000,
);
