// The load, a process of its own: keep-alive connections that each send a request when the last is answered.
// It ends cleanly, after whole answers, so that the books can be checked to the last request.
import type { Socket } from "bun";
import { AnswerReader } from "./answer-reader.ts";
import { percentile } from "./statistics.ts";

export interface LoadOrder {
  url: string;
  key: string;
  body: string;
  connections: number;
  seconds: number;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  requestsPerSecond: number;
  /** Until the whole answer was there. */
  p50Ms: number;
  p99Ms: number;
  /** Until the answer's first body byte was there. */
  firstByteP50Ms: number;
}

interface Connection {
  reader: AnswerReader;
  sentAt: number;
  firstAt: number;
  finish: () => void;
  fail: (error: Error) => void;
}

const order = JSON.parse(process.argv[2] ?? "{}") as LoadOrder;
const url = new URL(order.url);
const wire = Buffer.from(
  [
    `POST ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    `Authorization: Bearer ${order.key}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(order.body)}`,
    "",
    order.body,
  ].join("\r\n"),
);

const totals: number[] = [];
const firsts: number[] = [];
const startedAt = performance.now();
const endAt = startedAt + order.seconds * 1000;

function send(socket: Socket<Connection>): void {
  socket.data.sentAt = performance.now();
  socket.data.firstAt = 0;
  // One small write into an empty buffer: it is taken whole.
  if (socket.write(wire) !== wire.length) socket.data.fail(new Error("the request did not fit"));
}

function receive(socket: Socket<Connection>, bytes: Buffer): void {
  const connection = socket.data;
  const { reader } = connection;
  reader.push(bytes);
  if (connection.firstAt === 0 && reader.hasBody) connection.firstAt = performance.now();
  if (!reader.isComplete) return;
  const now = performance.now();
  if (reader.status !== 200) {
    connection.fail(new Error(`status ${reader.status}: ${reader.text()}`));
    return;
  }
  totals.push(now - connection.sentAt);
  firsts.push(connection.firstAt - connection.sentAt);
  reader.reset();
  if (now < endAt) send(socket);
  else connection.finish();
}

async function keepBusy(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = await Bun.connect<Connection>({
    hostname: url.hostname,
    port: Number(url.port),
    data: {
      reader: new AnswerReader(),
      sentAt: 0,
      firstAt: 0,
      finish: resolve,
      fail: reject,
    },
    socket: {
      data: receive,
      error: (_, error) => reject(error),
      close: () => reject(new Error("the server closed the connection")),
    },
  });
  send(socket);
  try {
    await promise;
  } finally {
    socket.end();
  }
}

await Promise.all(Array.from({ length: order.connections }, keepBusy));

const seconds = (performance.now() - startedAt) / 1000;
const result: LoadResult = {
  requests: totals.length,
  seconds,
  requestsPerSecond: totals.length / seconds,
  p50Ms: percentile(totals, 50),
  p99Ms: percentile(totals, 99),
  firstByteP50Ms: percentile(firsts, 50),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
