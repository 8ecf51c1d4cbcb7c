// An upstream on a bare socket: keeps each whole request, and answers as a test scripts it.
import { createServer, type Server, type Socket } from "node:net";
import { HTTP_END, httpChunk } from "./http-bytes.ts";

/** A request as it came, body and all. */
export interface UpstreamRequest {
  method: string;
  path: string;
  /** By lower-case name. */
  headers: Record<string, string>;
  /** The body as JSON; undefined when there was none. */
  body: unknown;
  /** The body as it came. */
  text: string;
  /** Resolves when the connection is gone, whoever closed it. */
  closed: Promise<void>;
}

type Bytes = string | Uint8Array;

export interface UpstreamAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Each piece is a write of its own. A generator can wait in between for what a test does. */
  pieces: Iterable<Bytes> | AsyncIterable<Bytes>;
  /** `end` is proper; `cut` closes without the body's end; `reset` breaks the connection. */
  ending?: "end" | "cut" | "reset";
}

/** Writes its answer itself, byte for byte: for what no well-behaved server would send. */
export interface WireAnswer {
  wire: (socket: Socket, request: UpstreamRequest) => void | Promise<void>;
}

export type UpstreamScript = (
  request: UpstreamRequest,
  index: number,
) => UpstreamAnswer | WireAnswer;

export interface RawUpstream {
  /** As `http://127.0.0.1:40123`. */
  url: string;
  requests: UpstreamRequest[];
  /** How many connections were opened so far. */
  connections(): number;
  /** Gives a test server this upstream as its provider `openai`. */
  env: Record<string, string>;
  /** Sets what requests get from now on; the index counts from 0 again. */
  answer(script: UpstreamScript | UpstreamAnswer | WireAnswer): void;
  /** The last request's body as an object. */
  lastBody(): Record<string, unknown>;
  close(): Promise<void>;
}

/** Starts on a free port. Until it is told otherwise it answers everything with 500. */
export async function startRawUpstream(): Promise<RawUpstream> {
  const sockets = new Set<Socket>();
  const requests: UpstreamRequest[] = [];
  let script: UpstreamScript = () => ({ status: 500, pieces: ["{}"] });
  let index = 0;
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    onRequests(socket, (head, body) => {
      const text = body.toString("utf8");
      const request = { ...readHead(head), body: readJson(text), text, closed };
      requests.push(request);
      const answer = script(request, index++);
      void ("wire" in answer ? answer.wire(socket, request) : send(socket, answer));
    });
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return {
    url,
    requests,
    connections: () => connections,
    env: { OPENAI_API_KEY: "sk-upstream", OPENAI_BASE_URL: `${url}/v1` },
    answer(next) {
      index = 0;
      script = typeof next === "function" ? next : () => next;
    },
    lastBody: () => (requests.at(-1)?.body ?? {}) as Record<string, unknown>,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A JSON answer. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}) {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    pieces: [JSON.stringify(body)],
  } satisfies UpstreamAnswer;
}

/** A stream of server-sent events, given as text in pieces of any cut. */
export function sse(
  pieces: UpstreamAnswer["pieces"],
  ending: UpstreamAnswer["ending"] = "end",
): UpstreamAnswer {
  return { headers: { "content-type": "text/event-stream" }, pieces, ending };
}

/** The first bytes at once, the rest when the promise resolves; either may be empty. */
export async function* gated(
  first: string,
  until: Promise<unknown>,
  rest = "",
): AsyncGenerator<string> {
  if (first !== "") yield first;
  await until;
  if (rest !== "") yield rest;
}

async function send(socket: Socket, answer: UpstreamAnswer): Promise<void> {
  const { status = 200, headers = {}, pieces, ending = "end" } = answer;
  const fields = { ...headers, "transfer-encoding": "chunked", connection: "close" };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} Status\r\n${lines.join("")}\r\n`);
  for await (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(httpChunk(piece));
  }
  if (ending === "reset") socket.resetAndDestroy();
  else if (ending === "cut") socket.end();
  else socket.end(HTTP_END);
}

/** Calls back for each request with the head's lines and the body of `content-length` bytes. */
function onRequests(socket: Socket, done: (head: string[], body: Buffer) => void): void {
  let received = Buffer.alloc(0);
  // Goes on reading all the time, or the other side's leaving would stay unnoticed.
  socket.on("data", (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    const headEnd = received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = received.subarray(0, headEnd).toString("latin1").split("\r\n");
    const end = headEnd + 4 + Number(readHead(head).headers["content-length"] ?? 0);
    if (received.length < end) return;
    const body = received.subarray(headEnd + 4, end);
    received = received.subarray(end);
    done(head, body);
  });
}

function readHead([requestLine = "", ...lines]: string[]) {
  const [method = "", path = ""] = requestLine.split(" ");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method, path, headers };
}

const readJson = (text: string): unknown => (text === "" ? undefined : JSON.parse(text));

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
