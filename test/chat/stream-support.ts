// Reading a stream as it is on the wire: frames, comments, and what came after them.
import { expect } from "bun:test";
import type { z } from "zod";
import { chatCompletionChunk } from "../../src/http/endpoints/chat-completions/schema/chunk.ts";

export type Chunk = z.output<typeof chatCompletionChunk>;

export interface WireStream {
  /** All frames in order, without the blank line that ends each. */
  frames: string[];
  /** The chunks among them, checked against the documented schema. */
  chunks: Chunk[];
  /** Error envelopes among them. */
  errors: unknown[];
  /** Comments without their colon. */
  comments: string[];
  isDone: boolean;
}

/** Cuts a whole stream into frames, each of which has to be one line of data or a comment. */
export function readWire(text: string): WireStream {
  expect(text).toEndWith("\n\n");
  const frames = text.slice(0, -2).split("\n\n");
  for (const frame of frames) expect(frame).toMatch(/^(?:data|): [^\n]+$/);
  const data = frames.filter((frame) => frame.startsWith("data: ")).map((frame) => frame.slice(6));
  const bodies = data.filter((one) => one !== "[DONE]").map((one) => JSON.parse(one) as object);
  return {
    frames,
    chunks: bodies.filter((one) => !("error" in one)).map((one) => chatCompletionChunk.parse(one)),
    errors: bodies.filter((one) => "error" in one),
    comments: frames.filter((frame) => frame.startsWith(": ")).map((frame) => frame.slice(2)),
    isDone: data.includes("[DONE]"),
  };
}

/** The text of the first choice. */
export const textOf = ({ chunks }: WireStream): string =>
  chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");

/** The final figures of the comment before the end. */
export function creditsOf({ comments }: WireStream): { used: string; remaining: string } {
  const found = comments.filter((comment) => comment.startsWith("x-credits-"));
  expect(found).toHaveLength(1);
  const match = /^x-credits-used=(\S+) x-credits-remaining=(\S+)$/.exec(found[0] ?? "");
  return { used: match?.[1] ?? "", remaining: match?.[2] ?? "" };
}
