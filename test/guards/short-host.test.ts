// A host name of one letter, as container networks have them, finds every route.

import { expect, test } from "bun:test";
import { connect } from "node:net";
import { startTestServer } from "../support/server.ts";

/** The status line of a raw request, whose Host header is what the router sees. */
function statusOf(port: number, target: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    });
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("data", (text) => {
      answer += text;
    });
    socket.on("end", () => resolve(answer.split("\r\n", 1)[0] ?? ""));
    socket.on("error", reject);
  });
}

test("routes do not depend on the length of the host's name", async () => {
  const server = await startTestServer();
  const port = Number(new URL(server.origin).port);
  try {
    for (const host of ["a", "ai", "gateway.example:8080"]) {
      const answers = await Promise.all([
        statusOf(port, "GET /health", host),
        statusOf(port, "GET /api/v1/ai/models/x/y", host),
        statusOf(port, "DELETE /api/v1/ai/models", host),
        statusOf(port, "GET /nowhere", host),
      ]);
      expect([host, ...answers.map((line) => line.split(" ")[1])]).toEqual([
        host,
        "200",
        "401",
        "405",
        "404",
      ]);
    }
  } finally {
    await server.close();
  }
});
