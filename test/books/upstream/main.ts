// The upstream, a process of its own on bare sockets: answers each request as its plan says, and counts exactly.
import { writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { RequestReader } from "../../support/request-reader.ts";
import { startSocketServer } from "../../support/socket-server.ts";
import type { FromUpstream, ToUpstream } from "../messages.ts";
import { indexIn, planOf } from "../plan.ts";
import { usageOf } from "../usage.ts";
import { scriptOf } from "./behave.ts";

import type { Script } from "./script.ts";
import { count, newTally, type Tally } from "./tally.ts";
import { type Wire, wireOf } from "./wire.ts";

const seed = Number(process.argv[2]);
const tallies: Record<number, Tally> = {};
/** Requests that no plan belongs to: there should be none. */
let strangers = 0;

const tell = (message: FromUpstream) => process.send?.(message);

/** The limit of output, as each dialect has it. */
interface Received {
  max_tokens?: number;
  max_completion_tokens?: number;
  generationConfig?: { maxOutputTokens?: number };
}

function limitIn(body: string): number | null {
  const { max_completion_tokens, max_tokens, generationConfig } = JSON.parse(body) as Received;
  return max_completion_tokens ?? max_tokens ?? generationConfig?.maxOutputTokens ?? null;
}

async function answer(socket: Socket, body: string): Promise<void> {
  const index = indexIn(body);
  if (index === null) {
    strangers++;
    socket.destroy();
    return;
  }
  const plan = planOf(seed, index);
  const limit = limitIn(body);
  const tally = tallies[index] ?? newTally(plan.book.id, limit);
  tallies[index] = tally;
  tally.met++;
  if (plan.book.client === "leave-early") tell({ met: index });
  const usage = usageOf(seed, plan, Buffer.byteLength(body), limit);
  tally.used = usage;
  const script = scriptOf(seed, plan, usage);
  const hasLeft = script.heldAfter === null ? null : reading(index).promise;
  if (script.heldAfter === 0) await hasLeft;
  await perform(socket, { script, wire: wireOf(seed, plan, script), tally, hasLeft });
  if (script.endsWhenRead) await reading(index).promise;
  end(socket, script);
}

interface Performance {
  script: Script;
  wire: Wire;
  tally: Tally;
  /** What a held answer waits for. */
  hasLeft: Promise<void> | null;
}

async function perform(
  socket: Socket,
  { script, wire, tally, hasLeft }: Performance,
): Promise<void> {
  for (const { bytes, pauseMs, completes, isHeldAfter } of wire.writes) {
    await (pauseMs > 0 ? pause(pauseMs) : nextTurn());
    if (socket.destroyed) return;
    if (bytes.length > 0 && !socket.write(bytes)) await drained(socket);
    for (const part of completes) count(tally, part);
    if (isHeldAfter) await hasLeft;
  }
  if (script.ending === "end" && !wire.keepsAlive) socket.end();
}

function end(socket: Socket, { ending }: Script): void {
  if (ending === "reset") socket.resetAndDestroy();
  else if (ending === "cut") socket.end();
}

/** Clients that have read what they wait for, or have left. */
const read = new Map<number, PromiseWithResolvers<void>>();

function reading(index: number): PromiseWithResolvers<void> {
  const found = read.get(index) ?? Promise.withResolvers<void>();
  read.set(index, found);
  return found;
}

const drained = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.once("drain", resolve);
    socket.once("close", () => resolve());
  });

process.on("message", (message: ToUpstream) => {
  if ("hasRead" in message) {
    reading(message.hasRead).resolve();
    return;
  }
  writeFileSync(message.writeTo, JSON.stringify(tallies));
  tell({ written: message.writeTo, strangers });
});
process.on("disconnect", () => process.exit(0));

const { port } = await startSocketServer((socket) => {
  const reader = new RequestReader();
  let last = Promise.resolve();
  socket.on("data", (bytes: Buffer) => {
    for (const { text } of reader.push(bytes)) last = last.then(() => answer(socket, text));
  });
});
tell({ port });
