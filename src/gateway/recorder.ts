// Takes down what a request with an idempotency key is answered, up to the length that is kept.

export interface Recorder {
  /** The next chunk's JSON, which has no line end in it. */
  add(json: string): void;
  /** All chunks, one a line, and the one that comes last where there is one; null when that is too long. */
  text(last: string | null): string | null;
}

export function createRecorder(maxBytes: number): Recorder {
  let lines: string[] = [];
  let bytes = 0;
  const add = (json: string): void => {
    bytes += Buffer.byteLength(json) + 1;
    if (bytes <= maxBytes) lines.push(json);
    else lines = [];
  };
  return {
    add,
    text(last) {
      const total = bytes + (last === null ? 0 : Buffer.byteLength(last));
      if (total > maxBytes) return null;
      return (last === null ? lines : [...lines, last]).join("\n");
    },
  };
}
