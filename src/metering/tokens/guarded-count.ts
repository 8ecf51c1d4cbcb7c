// Counting tokens without the tokenizer's worst case: it is quadratic in text that has no break.

/** Characters that are looked at together: also the reach of one long run's guard. */
const SLICE_CHARS = 16_384;
/** A longer run is cut into pieces of this length, which counts a few tokens too many. */
const RUN_CHARS = 256;
const LONG_RUN = /\S{257}|\s{257}/;

/** Counts the tokens of a text with `count`, which is given short texts only: at most a slice at a time. */
export function countGuarded(text: string, count: (text: string) => number): number {
  let tokens = 0;
  for (let start = 0; start < text.length; start += SLICE_CHARS) {
    const slice = text.slice(start, start + SLICE_CHARS);
    const step = LONG_RUN.test(slice) ? RUN_CHARS : SLICE_CHARS;
    for (let at = 0; at < slice.length; at += step) tokens += count(slice.slice(at, at + step));
  }
  return tokens;
}
