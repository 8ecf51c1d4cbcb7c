// A process: the provider of thousands of streams that stay open. streams-upstream.ts WORD_EVERY_MS
import type { Socket } from "node:net";
import { concat, HTTP_END, httpChunk } from "../support/http-bytes.ts";
import { chunk, completion, DONE, usageChunk } from "../support/openai-wire.ts";
import { RequestReader } from "../support/request-reader.ts";
import { startSocketServer } from "../support/socket-server.ts";
import { event } from "../support/sse.ts";
import { type UpstreamCommand, type UpstreamState, WORD } from "./streams-messages.ts";

/** A turn of the words: each steady stream has its own once in `wordEveryMs`. */
const TURN_MS = 100;
/** What a flood offers in all: far more than the buffers on its way may take. */
const FLOOD_BYTES = 64 * 1_048_576;

const wordEveryMs = Number(process.argv[2]);
const steady = new Set<Socket>();
const flooded = new Set<Socket>();
let turn: Socket[] = [];
let [words, floodBytes] = [0, 0];

const wordEvent = httpChunk(event(chunk({ role: "assistant", content: `${WORD} ` })));
const floodEvent = httpChunk(event(chunk({ content: `${WORD} `.repeat(3_000) })));
const head = (type: string) =>
  `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`;

function say(socket: Socket): void {
  socket.write(wordEvent);
  words++;
}

/** Writes as long as the socket takes it, and goes on when it does so again. */
function flood(socket: Socket, sent = 0): void {
  for (let bytes = sent; bytes < FLOOD_BYTES && !socket.destroyed; ) {
    bytes += floodEvent.length;
    floodBytes += floodEvent.length;
    if (socket.write(floodEvent)) continue;
    socket.once("drain", () => flood(socket, bytes));
    return;
  }
}

function answer(socket: Socket, question: string): void {
  if (question === "whole") {
    socket.end(`${head("application/json")}${httpChunk(JSON.stringify(completion()))}${HTTP_END}`);
    return;
  }
  const kind = question === "flood" ? flooded : steady;
  kind.add(socket);
  socket.on("close", () => kind.delete(socket));
  socket.write(head("text/event-stream"));
  if (question === "flood") flood(socket);
  else say(socket);
}

/** The question's words. */
function questionIn(body: string): string {
  const { messages } = JSON.parse(body) as { messages: { content: string }[] };
  return messages[0]?.content ?? "";
}

setInterval(() => {
  if (turn.length === 0) turn = [...steady];
  const size = Math.ceil((steady.size * TURN_MS) / wordEveryMs);
  for (const socket of turn.splice(0, size)) if (steady.has(socket)) say(socket);
}, TURN_MS);

function finish(): void {
  const rest = [event(chunk({}, "stop")), event(usageChunk()), DONE].map((text) => httpChunk(text));
  for (const socket of steady) socket.end(concat(...rest, HTTP_END));
  steady.clear();
}

process.on("message", (command: UpstreamCommand) => {
  if (command === "finish") finish();
  const state: UpstreamState = { steady: steady.size, flooded: flooded.size, words, floodBytes };
  process.send?.(state);
});
// Without it, the process that it serves would leave it behind.
process.on("disconnect", () => process.exit(0));
const { port } = await startSocketServer((socket) => {
  const reader = new RequestReader();
  socket.on("data", (bytes: Buffer) => {
    for (const { text } of reader.push(bytes)) answer(socket, questionIn(text));
  });
});
process.send?.(port);
