// What one request is: the seed and its number decide it, for the load and the upstream alike.

import { createRandom, type Random } from "../support/random.ts";
import { type BookClass, CLASSES, MAX_OUTPUT } from "./classes.ts";

export interface Plan {
  index: number;
  book: BookClass;
  stream: boolean;
  prompt: string;
  /** Words of the prompt: no tokenizer spends less than a token on one. */
  words: number;
  limitField: "max_tokens" | "max_completion_tokens" | null;
  /** Output tokens of one choice. */
  limit: number;
  asksUsage: boolean;
  /** The answer's text, piece by piece. */
  pieces: readonly string[];
  /** Thinking that is shown before it; often none. */
  thinking: string;
}

const WORDS = [
  ..."the a model answers every question with some care and a little patience".split(" "),
  ..."credits ledger balance deposit settle charge token price upstream client".split(" "),
  ..."Grüße façade naïve 東京 Привет नमस्ते 🙂 👩‍🚀 ½ “quoted” back\\slash tab\there".split(" "),
];
const LARGE_PIECES = 300;
const LARGE_WORDS = 250;
const LARGE_REPEATS = 10;

const total = CLASSES.reduce((sum, { weight }) => sum + weight, 0);

/** Streams of random figures: what is drawn for one purpose must not move what is drawn for another. */
export const SALT = { plan: 1, usage: 2, wire: 3, client: 4, error: 5 } as const;

export function planOf(seed: number, index: number): Plan {
  const random = createRandom(seed, index, SALT.plan);
  const book = index < CLASSES.length ? (CLASSES[index] as BookClass) : draw(random);
  const words = random.between(3, 60);
  const limitField = random.pick(["max_tokens", "max_completion_tokens", null] as const);
  return {
    index,
    book,
    stream: book.mode === "both" ? random.chance(0.5) : book.mode === "stream",
    prompt: `#${index}# ${text(random, words)}`,
    words: words + 1,
    limitField,
    // Above the model's own maximum now and then.
    limit: random.between(1, random.chance(0.1) ? 2 * MAX_OUTPUT : 300),
    asksUsage: random.chance(0.4),
    pieces: piecesOf(random, book),
    thinking: random.chance(0.2) ? text(random, random.between(1, 20)) : "",
  };
}

/** Each class comes at least once, however few requests there are; then by weight. */
function draw(random: Random): BookClass {
  let left = random.next() * total;
  for (const book of CLASSES) {
    left -= book.weight;
    if (left < 0) return book;
  }
  return CLASSES[0] as BookClass;
}

function piecesOf(random: Random, book: BookClass): string[] {
  const isLarge = book.upstream === "large";
  const count = isLarge ? LARGE_PIECES : random.between(2, 10);
  return Array.from({ length: count }, () =>
    isLarge ? text(random, LARGE_WORDS).repeat(LARGE_REPEATS) : text(random, random.between(1, 6)),
  );
}

const text = (random: Random, words: number): string =>
  Array.from({ length: words }, () => random.pick(WORDS)).join(" ");

/** The number of the request whose prompt is somewhere in a body. */
export function indexIn(body: string): number | null {
  const found = /#(\d+)#/.exec(body)?.[1];
  return found === undefined ? null : Number(found);
}
