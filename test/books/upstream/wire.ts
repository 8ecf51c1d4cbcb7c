// How a script's bytes go over the wire: their framing, and where the writes are cut.

import { concat, HTTP_END, httpChunk } from "../../support/http-bytes.ts";
import { createRandom, type Random } from "../../support/random.ts";
import { type Plan, SALT } from "../plan.ts";
import type { Part, Script } from "./script.ts";

export interface Write {
  bytes: Buffer;
  /** Waits for this long before it; 0 is the next turn of the event loop. */
  pauseMs: number;
  /** The parts that are out once this write is. */
  completes: readonly Part[];
  /** What comes after it waits until the client has left. */
  isHeldAfter: boolean;
}

type Framing = "chunked" | "length" | "close";
type Style = "one" | "parts" | "split" | "trickle";

const TRICKLED_BYTES = 120;
const PACE_MS = 4;

export interface Wire {
  writes: Write[];
  /** Whether the connection may be used again. */
  keepsAlive: boolean;
}

export function wireOf(seed: number, plan: Plan, script: Script): Wire {
  const random = createRandom(seed, plan.index, SALT.wire);
  const framing = framingOf(random, plan, script);
  const style = styleOf(random, plan);
  const body = Buffer.from(script.parts.map(({ text }) => text).join(""));
  const ends = partEnds(script);
  const writes: Write[] = [];
  const heldAt = script.heldAfter === null ? undefined : ends[script.heldAfter - 1];
  for (const [start, end] of cuts(random, style, ends, body.length, heldAt)) {
    const isCompleted = (partEnd = 0) => partEnd > start && partEnd <= end;
    const completes = script.parts.filter((_, index) => isCompleted(ends[index]));
    const isLast = end === body.length && script.ending === "end";
    const bytes = framed(framing, body.subarray(start, end), isLast);
    const isHeldAfter = end === heldAt;
    writes.push({ bytes, pauseMs: pauseOf(random, plan), completes, isHeldAfter });
  }
  if (body.length === 0 && script.ending === "end" && framing === "chunked") {
    writes.push({ bytes: Buffer.from(HTTP_END), pauseMs: 0, completes: [], isHeldAfter: false });
  }
  const head = script.hasHead ? headOf(script, framing, body.length) : "";
  return { writes: withHead(random, Buffer.from(head), writes), keepsAlive: framing !== "close" };
}

function framingOf(random: Random, { stream }: Plan, { ending }: Script): Framing {
  // An end that is no end can only be seen as one where the body says how long it is.
  if (!stream) return ending === "end" ? random.pick(["chunked", "length", "close"]) : "length";
  return random.chance(0.85) || ending === "reset" ? "chunked" : "close";
}

function styleOf(random: Random, { book }: Plan): Style {
  if (book.upstream === "large") return "parts";
  return random.pick<Style>(["one", "one", "parts", "parts", "split", "trickle"]);
}

/** Clients that leave at any moment need some time to do so in. */
const pauseOf = (random: Random, { book }: Plan): number =>
  book.client === "leave-anytime" ? random.between(0, PACE_MS) : 0;

/** Start and end of each write, in bytes of the body. */
function cuts(
  random: Random,
  style: Style,
  partEnds: readonly number[],
  length: number,
  heldAt: number | undefined,
): [number, number][] {
  const ends = new Set<number>([length, ...(heldAt === undefined ? [] : [heldAt])]);
  let at = 0;
  const cutUpTo = (limit: number, longest: number) => {
    while (at < Math.min(length, limit)) {
      at += random.between(1, longest);
      ends.add(Math.min(length, at));
    }
  };
  if (style === "parts") for (const end of partEnds) ends.add(end);
  if (style === "split") cutUpTo(length, 200);
  if (style === "trickle") cutUpTo(TRICKLED_BYTES, 12);
  const sorted = [...ends].sort((one, other) => one - other).filter((end) => end > 0);
  return sorted.map((end, index) => [sorted[index - 1] ?? 0, end]);
}

/** Where each part ends, in bytes of the body. */
function partEnds({ parts }: Script): number[] {
  let at = 0;
  return parts.map(({ text }) => {
    at += Buffer.byteLength(text);
    return at;
  });
}

function framed(framing: Framing, bytes: Buffer, isLast: boolean): Buffer {
  if (framing !== "chunked") return bytes;
  return isLast ? concat(httpChunk(bytes), HTTP_END) : httpChunk(bytes);
}

function headOf(script: Script, framing: Framing, length: number): string {
  // What is cut promises more than it sends.
  const promised = script.ending === "end" ? length : length + 100;
  const fields = {
    chunked: "Transfer-Encoding: chunked",
    length: `Content-Length: ${promised}`,
    close: "Connection: close",
  };
  const location = script.status === 302 ? "Location: http://127.0.0.1:1/\r\n" : "";
  return [
    `HTTP/1.1 ${script.status} Status`,
    `Content-Type: ${script.contentType}`,
    `${location}${fields[framing]}\r\n\r\n`,
  ].join("\r\n");
}

/** The head by itself, or in one write with what follows. */
function withHead(random: Random, head: Buffer, writes: Write[]): Write[] {
  const [first, ...rest] = writes;
  if (first !== undefined && random.chance(0.5)) {
    return [{ ...first, bytes: Buffer.concat([head, first.bytes]) }, ...rest];
  }
  return [{ bytes: head, pauseMs: 0, completes: [], isHeldAfter: false }, ...writes];
}
