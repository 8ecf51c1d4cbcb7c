// The tokenizer's own thread: loading its tables alone takes a third of a second, which no stream should wait for.
import { countTokens, setMergeCacheSize } from "gpt-tokenizer/encoding/o200k_base";
import { READY } from "./counter.ts";
import { countGuarded } from "./guarded-count.ts";

declare const self: Worker;

/** The tokenizer keeps pieces of texts that it has met: few, since they are other people's. */
setMergeCacheSize(10_000);

/** What looks like a control token in a prompt is text like any other. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

self.onmessage = ({ data }: MessageEvent<[id: number, text: string]>) => {
  const [id, text] = data;
  self.postMessage([id, countGuarded(text, (piece) => countTokens(piece, AS_TEXT))]);
};

self.postMessage(READY);
