// The upstream for paced streams, a process of its own: plain sockets, one write for each event of a stream.
// A request's path is /MS/DIALECT/..., the pause between two events and what they are written in.
import type { Socket } from "bun";
import { type DialectName, DRIVERS, streamEvents } from "./answers.ts";

interface Connection {
  /** What has come of a request, and how many bytes it has in all; 0 before its header is whole. */
  received: number;
  wanted: number;
  head: string;
  timer: Timer | null;
}

const names = Object.keys(DRIVERS) as DialectName[];
const dialects = new Map(names.map((name) => [name as string, wireOf(name)]));
let sent = 0;

/** The header of an answer, and its events as chunks of HTTP. */
function wireOf(name: DialectName) {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${DRIVERS[name].streamType}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const chunks = streamEvents(name).map((bytes) =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]),
  );
  chunks.push(Buffer.from("0\r\n\r\n"));
  return { head, chunks, whole: Buffer.concat([Buffer.from(head), ...chunks]) };
}

function receive(socket: Socket<Connection>, bytes: Buffer): void {
  const { data } = socket;
  data.received += bytes.length;
  if (data.wanted === 0) {
    data.head += bytes.toString("latin1");
    const end = data.head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(data.head.slice(0, end))?.[1] ?? "0";
    data.wanted = end + 4 + Number(length);
  }
  if (data.received < data.wanted) return;
  const path = data.head.slice(data.head.indexOf(" ") + 1, data.head.indexOf(" HTTP/"));
  socket.data = fresh();
  answer(socket, path);
}

function answer(socket: Socket<Connection>, path: string): void {
  const [, everyMs, dialect = ""] = path.split("/");
  const wire = dialects.get(dialect);
  if (wire === undefined) {
    const count = String(sent);
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${count.length}\r\n\r\n${count}`);
    return;
  }
  if (everyMs === "0") {
    sent += 1;
    socket.write(wire.whole);
    return;
  }
  socket.write(wire.head);
  let next = 0;
  const timer = setInterval(() => {
    const chunk = wire.chunks[next++];
    if (chunk !== undefined) socket.write(chunk);
    if (next < wire.chunks.length) sent += 1;
    else clearInterval(timer);
  }, Number(everyMs));
  socket.data.timer = timer;
}

function fresh(): Connection {
  return { received: 0, wanted: 0, head: "", timer: null };
}

const server = Bun.listen<Connection>({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    open(socket) {
      socket.data = fresh();
    },
    data: receive,
    close({ data }) {
      if (data.timer !== null) clearInterval(data.timer);
    },
  },
});

process.stdout.write(`${JSON.stringify({ port: server.port })}\n`);
