// Bodies are bounded in size, time, type and shape, on a real server and real sockets.
import { afterAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { ApiError } from "../../src/base/errors.ts";
import { configSchema } from "../../src/config/schema.ts";
import { readJsonBody } from "../../src/http/body/read-body.ts";

const { limits } = configSchema.parse({
  limits: { bodyBytes: 400_000, bodyTimeoutMs: 300, jsonDepth: 8 },
});

const defaults = configSchema.parse({}).limits;

async function readBody(request: Request) {
  const { json, bodyBytes } = await readJsonBody(request, {
    limits,
    hashed: false,
    onLength: () => undefined,
  });
  return { json, bodyBytes };
}

/** Errors met, for clients that do not wait for an answer. */
const refused: ApiError[] = [];

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    try {
      return Response.json(await readBody(request));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refused.push(error);
      const { status, type, code, message, param } = error;
      return Response.json({ type, code, message, param }, { status });
    }
  },
});
afterAll(() => server.stop(true));

interface Answer {
  status: number;
  json?: unknown;
  bodyBytes?: number;
  code?: string | null;
  message?: string;
}

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;

async function post(body: Body, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(server.url, { method: "POST", body, headers });
  return { status: response.status, ...((await response.json()) as object) };
}

/**
 * Writes raw bytes, as clients do that no library can imitate, and gives the status of the answer.
 */
function raw(pieces: string[], pauseMs = 0): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const socket = connect(server.port ?? 0, "127.0.0.1", async () => {
    for (const piece of pieces) {
      socket.write(piece);
      if (pauseMs > 0) await Bun.sleep(pauseMs);
    }
  });
  socket.on("data", (data) => {
    resolve(Number(data.toString("latin1").split(" ")[1]));
    socket.destroy();
  });
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("closed without an answer")));
  return promise;
}

const head = (...lines: string[]) => `POST / HTTP/1.1\r\nhost: a\r\n${lines.join("\r\n")}\r\n\r\n`;

const streamOf = (piece: string, count: number): ReadableStream<Uint8Array> => {
  const bytes = new TextEncoder().encode(piece);
  let left = count;
  return new ReadableStream({
    pull(controller) {
      left -= 1;
      if (left < 0) controller.close();
      else controller.enqueue(bytes);
    },
  });
};

describe("taken", () => {
  test.each([
    ["application/json"],
    ["Application/JSON; charset=utf-8"],
    ["application/vnd.api+json"],
    ["text/plain;charset=UTF-8"],
  ])("as %s", async (type) => {
    expect(await post('{"a":1}', { "content-type": type })).toMatchObject({
      status: 200,
      json: { a: 1 },
    });
  });

  test("without a content type, with a byte order mark", async () => {
    const bytes = new TextEncoder().encode('\uFEFF {"é":"😀"}\n');
    expect(await post(bytes)).toMatchObject({ status: 200, json: { é: "😀" } });
  });

  test("in chunks, and large with a declared length", async () => {
    const text = JSON.stringify({ a: "x".repeat(300_000) });
    expect((await post(streamOf(text, 1))).status).toBe(200);
    expect(await post(text)).toMatchObject({ status: 200, json: JSON.parse(text) });
  });

  test("with UTF-8 split between pieces", async () => {
    const bytes = new TextEncoder().encode('{"a":"😀"}');
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await post(body)).toMatchObject({ status: 200, json: { a: "😀" } });
  });
});

describe("size", () => {
  test("a declared length over the limit is refused before the body is sent", async () => {
    expect(await raw([head("content-length: 400001")])).toBe(413);
    expect(await raw([head("content-length: 999999999")])).toBe(413);
  });

  test("chunks over the limit are refused while they come", async () => {
    const answer = await post(streamOf("x".repeat(65_536), 7));
    expect(answer).toMatchObject({ status: 413, code: "request_too_large" });
  });

  test("the limit itself is taken", async () => {
    const text = `{"a":"${"x".repeat(400_000 - 8)}"}`;
    expect((await post(text)).status).toBe(200);
    expect((await post(`${text} `)).status).toBe(413);
  });
});

describe("time", () => {
  test.each([
    ["declared small", head("content-length: 100")],
    ["declared large", head("content-length: 390000")],
    ["in chunks", head("transfer-encoding: chunked")],
  ])("a body that stops coming, %s", async (_, start) => {
    expect(await raw([start, start.includes("chunked") ? "1\r\n{\r\n" : "{"])).toBe(408);
  });

  test("a body that drips", async () => {
    const drops = Array<string>(20).fill("1\r\n \r\n");
    expect(await raw([head("transfer-encoding: chunked"), ...drops], 50)).toBe(408);
  });
});

describe("turns", () => {
  const takesTurns = async (body: string) => {
    const request = new Request("http://a/", { method: "POST", body });
    const reading = { limits: defaults, hashed: true, onLength: () => undefined };
    return (await readJsonBody(request, reading)).takesTurns;
  };

  test.each([
    ["a small body", { a: "x" }, false],
    ["texts of 100 kB", { a: "x".repeat(50_000), b: "é".repeat(25_000) }, false],
    ["a text of 300 kB", { a: "x".repeat(300_000) }, true],
    ["3,000 values in 6 kB", { a: Array(3_000).fill(1) }, true],
  ])("%s", async (_, body, expected) => {
    expect(await takesTurns(JSON.stringify(body))).toBe(expected);
  });
});

describe("a client that leaves", () => {
  test.each([
    ["declared small", head("content-length: 100")],
    ["declared large", head("content-length: 390000")],
    ["in chunks", head("transfer-encoding: chunked")],
  ])("before its body is complete, %s, is not waited for", async (_, start) => {
    refused.length = 0;
    const socket = connect(server.port ?? 0, "127.0.0.1");
    socket.write(`${start}1\r\n{\r\n`);
    await Bun.sleep(50);
    socket.destroy();
    await Bun.sleep(100);
    expect(refused.map(({ status }) => status)).toEqual([400]);
  });
});

describe("type", () => {
  test.each([
    ["multipart/form-data; boundary=x"],
    ["application/x-www-form-urlencoded"],
    ["application/xml"],
    ["nonsense"],
  ])("%s is refused", async (type) => {
    const answer = await post("{}", { "content-type": type });
    expect(answer).toMatchObject({ status: 415, code: "unsupported_media_type" });
  });

  test("compressed bodies are refused", async () => {
    const answer = await post(Bun.gzipSync("{}"), { "content-encoding": "gzip" });
    expect(answer.status).toBe(415);
    expect((await post("{}", { "content-encoding": "identity" })).status).toBe(200);
  });
});

describe("content", () => {
  test.each([
    ["", "The request body is empty: send a JSON object."],
    [" \n", "The request body is empty: send a JSON object."],
    ['{"secret', "The request body is not valid JSON."],
    ["secret", "The request body is not valid JSON."],
    ['{"a":1}{', "The request body is not valid JSON."],
    ["[]", "The request body must be a JSON object."],
    ["null", "The request body must be a JSON object."],
    ['"secret"', "The request body must be a JSON object."],
    ["[".repeat(9), "The request body is nested too deeply: at most 8 levels."],
  ])("%s", async (body, message) => {
    expect(await post(body)).toMatchObject({ status: 400, code: null, message });
  });

  test("no body at all", async () => {
    expect((await post(null)).message).toBe("The request body is empty: send a JSON object.");
  });

  test.each([[[0x22, 0xff, 0x22]], [[0x22, 0xc3]], [[0x22, 0xed, 0xa0, 0x80, 0x22]]])(
    "invalid UTF-8: %j",
    async (bytes) => {
      const answer = await post(Uint8Array.from(bytes));
      expect(answer.message).toBe("The request body is not valid UTF-8.");
    },
  );
});
