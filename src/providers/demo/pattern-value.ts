// Makes a string that a regular expression matches, by reading the expression: it is never run.

/** Limits of the string in characters, and which of several strings to make. */
export interface PatternOptions {
  least: number;
  most: number;
  variant: number;
}

type Node =
  | { kind: "set"; characters: string }
  | { kind: "sequence"; nodes: Node[] }
  | { kind: "choice"; options: Node[] }
  | { kind: "repeat"; node: Node; least: number; most: number };

/** Expressions longer than this are not read. */
const PATTERN_MAX = 1_000;
const REPEAT_MAX = 1_000;
const DIGITS = "1234567890";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const WORD = `${LETTERS}${LETTERS.toUpperCase()}_${DIGITS}`;
const PRINTABLE = `${WORD} -.,:;!?'"()[]{}<>@#$%^&*+=/\\|~\``;

/** What the generator cannot read: look-around, back references, anchors in the middle. */
class UnreadableError extends Error {
  override readonly name = "UnreadableError";
}

/** A matching string within the limits, or null where the expression or the limits are too much. */
export function patternValue(pattern: string, options: PatternOptions): string | null {
  if (pattern.length > PATTERN_MAX) {
    return null;
  }
  const isClosed = pattern.endsWith("$") && !pattern.endsWith("\\$");
  const start = pattern.startsWith("^") ? 1 : 0;
  try {
    const node = new Reader(pattern.slice(start, isClosed ? -1 : undefined)).read();
    return lengthen(node, isClosed, options);
  } catch (error) {
    if (error instanceof UnreadableError) {
      return null;
    }
    throw error;
  }
}

/** Repeats what may be repeated until the string is long enough; an open end is filled instead. */
function lengthen(node: Node, isClosed: boolean, options: PatternOptions): string | null {
  for (const extra of [0, 1, 2, 4, 8, 16, options.least]) {
    const made = render(node, extra, options.variant);
    const text = isClosed ? made : made.padEnd(options.least, "x");
    if (text.length >= options.least && text.length <= options.most) {
      return text;
    }
  }
  return null;
}

function render(node: Node, extra: number, variant: number): string {
  switch (node.kind) {
    case "set":
      return node.characters.charAt(variant % node.characters.length);
    case "sequence":
      return node.nodes.map((part) => render(part, extra, variant)).join("");
    case "choice": {
      const chosen = node.options[variant % node.options.length];
      return chosen === undefined ? "" : render(chosen, extra, variant);
    }
    case "repeat": {
      // `*` and `?` once where allowed: an example reads better than nothing.
      const times = Math.min(Math.max(node.least, 1) + extra, node.most, REPEAT_MAX);
      return times === 0 ? "" : render(node.node, 0, variant).repeat(times);
    }
  }
}

/** A reader of the common part of regular expressions, without flags. */
class Reader {
  private position = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  read(): Node {
    const node = this.choice();
    if (this.position < this.source.length) {
      throw new UnreadableError();
    }
    return node;
  }

  private choice(): Node {
    const options = [this.sequence()];
    while (this.take("|")) {
      options.push(this.sequence());
    }
    // The anchors that were cut off belong to the outer options only if there is one of them.
    return options.length === 1 && options[0] !== undefined
      ? options[0]
      : { kind: "choice", options };
  }

  private sequence(): Node {
    const nodes: Node[] = [];
    while (this.position < this.source.length && !/[|)]/.test(this.peek())) {
      nodes.push(this.repeated(this.atom()));
    }
    return { kind: "sequence", nodes };
  }

  private atom(): Node {
    const character = this.next();
    if (character === "(") {
      if (this.take("?") && !this.take(":")) {
        throw new UnreadableError();
      }
      const node = this.choice();
      this.expect(")");
      return node;
    }
    if (character === "[") {
      return { kind: "set", characters: this.set() };
    }
    if (character === ".") {
      return { kind: "set", characters: WORD };
    }
    if (character === "\\") {
      return { kind: "set", characters: this.escaped() };
    }
    if (/[\^$*+?{}\]]/.test(character)) {
      throw new UnreadableError();
    }
    return { kind: "set", characters: character };
  }

  private repeated(node: Node): Node {
    let least = 1;
    let most = 1;
    if (this.take("*")) {
      [least, most] = [0, REPEAT_MAX];
    } else if (this.take("+")) {
      [least, most] = [1, REPEAT_MAX];
    } else if (this.take("?")) {
      [least, most] = [0, 1];
    } else if (this.peek() === "{") {
      [least, most] = this.bounds();
    } else {
      return node;
    }
    this.take("?");
    return { kind: "repeat", node, least, most };
  }

  private bounds(): [number, number] {
    const match = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(this.source.slice(this.position));
    const least = Number(match?.[1] ?? REPEAT_MAX + 1);
    if (match === null || least > REPEAT_MAX) {
      throw new UnreadableError();
    }
    this.position += match[0].length;
    const open = match[2] === undefined ? least : REPEAT_MAX;
    return [least, match[3] === undefined ? open : Number(match[3])];
  }

  private set(): string {
    const isNegated = this.take("^");
    let characters = "";
    while (!this.take("]")) {
      const first = this.next();
      if (first === "\\") {
        characters += this.escaped();
      } else if (this.peek() === "-" && this.source.charAt(this.position + 1) !== "]") {
        this.position += 1;
        characters += range(first, this.next());
      } else {
        characters += first;
      }
    }
    const result = isNegated
      ? [...PRINTABLE].filter((other) => !characters.includes(other)).join("")
      : characters;
    if (result === "") {
      throw new UnreadableError();
    }
    return result;
  }

  private escaped(): string {
    const character = this.next();
    const classes: Record<string, string> = { d: DIGITS, w: WORD, s: " ", D: LETTERS, S: WORD };
    const found = classes[character];
    if (found !== undefined) {
      return found;
    }
    const controls: Record<string, string> = { n: "\n", r: "\r", t: "\t" };
    if (/[a-zA-Z0-9]/.test(character) && controls[character] === undefined) {
      throw new UnreadableError();
    }
    return controls[character] ?? character;
  }

  private peek(): string {
    return this.source.charAt(this.position);
  }

  private next(): string {
    const character = this.peek();
    if (character === "") {
      throw new UnreadableError();
    }
    this.position += 1;
    return character;
  }

  private take(character: string): boolean {
    const isNext = this.peek() === character;
    this.position += isNext ? 1 : 0;
    return isNext;
  }

  private expect(character: string): void {
    if (!this.take(character)) {
      throw new UnreadableError();
    }
  }
}

function range(first: string, last: string): string {
  const [start, end] = [first.charCodeAt(0), last.charCodeAt(0)];
  if (last === "\\" || end < start || end - start > 256) {
    throw new UnreadableError();
  }
  return Array.from({ length: end - start + 1 }, (_, index) =>
    String.fromCharCode(start + index),
  ).join("");
}
