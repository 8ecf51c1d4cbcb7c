// Takes down what a request with an idempotency key is answered, up to the length that is kept.
import { BETWEEN_CHUNKS } from "../../../calls/stream.ts";

export interface Recorder {
  /** The JSON of the chunks that came next, joined. */
  add(json: string): void;
  /** All chunks, one a line, and the one that comes last where there is one; null when that is too long. */
  text(last: string | null): string | null;
}

export function createRecorder(maxBytes: number): Recorder {
  let all: string[] = [];
  let bytes = 0;
  const add = (json: string): void => {
    const lines = json.replaceAll(BETWEEN_CHUNKS, "\n");
    bytes += Buffer.byteLength(lines) + 1;
    if (bytes <= maxBytes) all.push(lines);
    else all = [];
  };
  return {
    add,
    text(last) {
      const total = bytes + (last === null ? 0 : Buffer.byteLength(last));
      if (total > maxBytes) return null;
      return (last === null ? all : [...all, last]).join("\n");
    },
  };
}
