// What an estimate asks of a tokenizer.

/** Returns the number of tokens in a text, about. Never rejects and never blocks the event loop. */
export type TokenCounter = (text: string) => Promise<number>;

/** What is counted exactly, in characters; the rest of a longer text is taken to be like it. */
export const COUNTED_CHARS = 2_097_152;

/** A guess without a tokenizer: prose has a token for four to five bytes. */
export function guessTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

/** What the tokenizer's thread says once its tables are loaded. */
export const READY = "ready";
