// Whatever a client calls the host, the path decides where a request goes; what is no host is refused in the envelope.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ config: { demo: { enabled: true, wordDelayMs: 0 } } });
});

afterAll(async () => {
  expect(server.logLinesFrom(40)).toEqual([]);
  expect(server.logText()).not.toContain("stack");
  await server.close();
});

interface Answer {
  status: number;
  type: string;
  body: string;
}

/** What a raw request is answered; `lines` are its head. */
function raw(lines: string[], body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.origin).port), "127.0.0.1", () => {
      socket.write(Buffer.from([...lines, "Connection: close", "", body].join("\r\n"), "latin1"));
    });
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("data", (text) => {
      answer += text;
    });
    socket.on("end", () => {
      const [head = "", ...rest] = answer.split("\r\n\r\n");
      resolve({
        status: Number(head.split(" ")[1]),
        type: /^content-type: *(.*)$/im.exec(head)?.[1] ?? "",
        body: rest.join("\r\n\r\n"),
      });
    });
    socket.on("error", reject);
  });
}

const codeOf = ({ body }: Answer): unknown =>
  (JSON.parse(body) as { error: { code: unknown } }).error.code;

/** A static route, a route with a part, a refused method and an unknown path. */
const EXPECTED: [target: string, status: number][] = [
  ["GET /health", 200],
  ["GET /api/v1/ai/models/x/y?limit=1", 401],
  ["DELETE /api/v1/ai/models", 405],
  ["GET /nowhere", 404],
];

async function expectRouted(headers: string[], version = "1.1"): Promise<void> {
  for (const [target, status] of EXPECTED) {
    const answer = await raw([`${target} HTTP/${version}`, ...headers]);
    expect([headers, target, answer.status]).toEqual([headers, target, status]);
    expect(answer.type).toBe("application/json");
  }
}

test.each([
  "a",
  "ai",
  "gateway.example:8080",
  "a.1",
  "aacflow.1",
  "aacflow.1:4000",
  "1.2.3.4.5",
  "256.1.1.1",
  "a..b",
  "-a-",
  "_x",
  "xn--",
  "a%41",
  "a,b",
  "*",
  "a:",
  "",
  ":80",
  "[::1]",
  "[::ffff:1.2.3.4]:80",
])("routes do not depend on the host %p", async (host) => {
  await expectRouted([`Host: ${host}`]);
});

test("nor on there being one, in HTTP/1.0", async () => {
  await expectRouted([], "1.0");
});

test.each([
  "[fe80::1%eth0]",
  "[fe80::1%25eth0]",
  "[::1",
  "[",
  "[a]",
  "::1",
  "a b",
  "a\tb",
  "a/b",
  "a?b",
  "a#b",
  "a\\b",
  "a@b",
  "user:pw@host",
  "a<b",
  "a|b",
  "a^b",
  'a"b',
  "a%zz",
  "a:b",
  "a:99999",
  "a:-1",
  "ä.example",
  "a, b",
])("the host %p is refused with a 400", async (host) => {
  for (const [target] of EXPECTED) {
    const answer = await raw([`${target} HTTP/1.1`, `Host: ${host}`]);
    expect([target, answer.status, answer.type]).toEqual([target, 400, "application/json"]);
    expect(codeOf(answer)).toBe("invalid_host");
  }
});

test("two Host headers are refused, whether they agree or not", async () => {
  for (const second of ["a", "b"]) {
    const answer = await raw(["GET /health HTTP/1.1", "Host: a", `Host: ${second}`]);
    expect([answer.status, codeOf(answer)]).toEqual([400, "invalid_host"]);
  }
});

test.each([
  ["GET http://other.example/health HTTP/1.1", 200],
  ["GET http://a.1/health HTTP/1.1", 200],
  ["GET https://other.example/api/v1/ai/models?x HTTP/1.1", 401],
  ["GET http://other.example HTTP/1.1", 404],
  ["CONNECT other.example:443 HTTP/1.1", 404],
])("a target with a host of its own: %s", async (line, status) => {
  for (const host of ["a", "a.1", ""]) {
    const answer = await raw([line, `Host: ${host}`]);
    expect([host, answer.status, answer.type]).toEqual([host, status, "application/json"]);
  }
});

test.each(["//health", "/health//", "///health", "//health?x=//y"])(
  "slashes that follow each other are one: %s",
  async (path) => {
    for (const host of ["a", "a.1", ""]) {
      const { status } = await raw([`GET ${path} HTTP/1.1`, `Host: ${host}`]);
      expect([host, status]).toEqual([host, 200]);
    }
  },
);

test("a chat works under every spelling of its address, with its connection behind it", async () => {
  const body = JSON.stringify({ model: "demo", messages: [{ role: "user", content: "hi" }] });
  const headers = [`Authorization: Bearer ${server.key}`, `Content-Length: ${body.length}`];
  for (const path of ["/v1/chat/completions", "//v1//chat/completions", "/v1/chat/completions/"]) {
    for (const host of ["Host: a", "Host: a.1", "Host: "]) {
      const answer = await raw([`POST ${path} HTTP/1.1`, host, ...headers], body);
      expect([path, host, answer.status]).toEqual([path, host, 200]);
    }
  }
  const id = `${"/v1/requests"}//req_0?x`;
  const answer = await raw([`GET ${id} HTTP/1.1`, "Host: a.1", ...headers.slice(0, 1)]);
  expect([answer.status, codeOf(answer)]).toEqual([404, "request_not_found"]);
});
