// A process: the clients of thousands of streams. streams-crowd.ts ORIGIN KEY
import { connect, type Socket } from "node:net";
import { chatBytes } from "./raw-client.ts";
import { type CrowdCommand, type CrowdState, type StreamKind, WORD } from "./streams-messages.ts";

/** Streams that are opened at the same time. */
const AT_ONCE = 100;
const END = "data: [DONE]\n\n";

const [origin = "", key = ""] = process.argv.slice(2);
const { hostname, port } = new URL(origin);

interface Stream {
  socket: Socket;
  kind: StreamKind;
  /** The end of what came, where a word or the end may have been cut. */
  tail: string;
  openedAt: number;
  /** When the last word came; null before the first one. */
  wordAt: number | null;
}

const steady = new Set<Stream>();
const state: CrowdState = { done: 0, broken: 0, words: 0, slowestFirstMs: 0, slowestWordMs: 0 };

/** Resolves with the first word. */
function open(kind: StreamKind): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: hostname, port: Number(port) });
  const stream: Stream = { socket, kind, tail: "", openedAt: performance.now(), wordAt: null };
  if (kind === "steady") steady.add(stream);
  socket.on("error", () => undefined);
  socket.on("connect", () => socket.write(chatBytes(key, kind, { stream: true, max_tokens: 500 })));
  socket.on("data", (bytes: Buffer) => {
    const text = stream.tail + bytes.toString("latin1");
    const found = text.split(WORD).length - 1;
    stream.tail = text.slice(text.lastIndexOf(WORD) + 1).slice(-END.length);
    if (found > 0) takeWords(stream, found);
    if (found > 0 && kind === "flood") socket.pause();
    if (found > 0) resolve();
    if (text.includes(END)) end(stream, "done");
  });
  socket.on("close", () => {
    end(stream, "broken");
    reject(new Error(`a ${kind} stream without a word: ${stream.tail}`));
  });
  return promise;
}

function takeWords(stream: Stream, found: number): void {
  const now = performance.now();
  if (stream.wordAt === null) {
    state.slowestFirstMs = Math.max(state.slowestFirstMs, now - stream.openedAt);
  } else {
    state.slowestWordMs = Math.max(state.slowestWordMs, now - stream.wordAt);
  }
  stream.wordAt = now;
  if (stream.kind === "steady") state.words += found;
}

function end(stream: Stream, how: "done" | "broken"): void {
  if (!steady.delete(stream)) return;
  state[how]++;
  stream.socket.destroy();
}

async function openAll(count: number, kind: StreamKind): Promise<void> {
  let left = count;
  async function worker(): Promise<void> {
    while (left-- > 0) await open(kind);
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** A stream that waits still counts as well. */
function stateNow(): CrowdState {
  const now = performance.now();
  const waits = [...steady].map(({ wordAt, openedAt }) => now - (wordAt ?? openedAt));
  const slowestWordMs = waits.reduce((a, b) => Math.max(a, b), state.slowestWordMs);
  return { ...state, slowestWordMs };
}

process.on("message", (command: CrowdCommand) => {
  const opened = command === "state" ? Promise.resolve() : openAll(command.open, command.kind);
  void opened.then(() => process.send?.(stateNow()));
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
