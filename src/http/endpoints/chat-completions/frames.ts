// How a chat's stream is written: OpenAI's frames, each its JSON alone.
import { errorEnvelope } from "../../errors.ts";
import type { Frames } from "../../sse-writer.ts";

const data = (json: string): string => `data: ${json}\n\n`;

/**
 * The body ends right after `[DONE]`, since some clients wait for its end; after a failure there is an error frame and
 * no `[DONE]`, which is what makes every client raise.
 */
export const chatFrames: Frames = {
  // What is between them is in its place already.
  chunks: data,
  usage: data,
  end: data("[DONE]"),
  error: (error) => data(JSON.stringify(errorEnvelope(error))),
};
