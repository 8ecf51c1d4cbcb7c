// A client on a bare socket, which leaves as no HTTP library would.
import { connect, type Socket } from "node:net";
import { MODEL } from "../money/support.ts";
import { within } from "../support/wait.ts";

export interface RawClient {
  socket: Socket;
  /** All that has come so far. */
  text(): string;
  /** Resolves when this has come. */
  until(words: string, limitMs?: number): Promise<void>;
  /** Resolves when the server has closed its half of the connection, or all is gone. */
  ended: Promise<void>;
  /** Resolves when the connection is gone, whoever closed it. */
  closed: Promise<void>;
}

/** Opens a connection; it may be half-closed, and reads until it is told to pause. */
export async function connectRaw(origin: string): Promise<RawClient> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  const ended = new Promise<void>((resolve) => socket.on("end", () => resolve()));
  let text = "";
  let onText = () => {};
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
    onText();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const until = (words: string, limitMs?: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    onText = () => text.includes(words) && resolve();
    onText();
    return within(promise, `the words ${words}`, limitMs);
  };
  return { socket, text: () => text, until, ended: Promise.race([ended, closed]), closed };
}

/** The head of a chat request with this framing of its body. */
export function chatHead(key: string, framing: string): string {
  const lines = [
    "POST /api/v1/ai/chat/completions HTTP/1.1",
    "host: 127.0.0.1",
    `authorization: Bearer ${key}`,
    "content-type: application/json",
    framing,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** The body of a question. */
const chatBody = (tag: string, fields: object): string =>
  JSON.stringify({ model: MODEL, messages: [{ role: "user", content: tag }], ...fields });

/** A whole question. */
export function chatBytes(key: string, tag: string, fields: object): string {
  const body = chatBody(tag, fields);
  return chatHead(key, `content-length: ${Buffer.byteLength(body)}`) + body;
}
