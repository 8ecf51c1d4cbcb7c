// The matrix of what was really run: behaviours down, dialects across.

export class Matrix {
  readonly #cells = new Map<string, Map<string, string>>();
  readonly #columns: readonly string[];

  constructor(columns: readonly string[]) {
    this.#columns = columns;
  }

  /** Notes the outcome of a cell; a later one replaces it. */
  set(row: string, column: string, outcome: string): void {
    const cells = this.#cells.get(row) ?? new Map<string, string>();
    cells.set(column, outcome);
    this.#cells.set(row, cells);
  }

  get size(): number {
    return [...this.#cells.values()].reduce((sum, row) => sum + row.size, 0);
  }

  /** A table of aligned columns, and the reasons of its `cannot`s below. */
  toString(): string {
    const notes: string[] = [];
    const rows = [...this.#cells].map(([row, cells]) => [
      row,
      ...this.#columns.map((column) => shortened(cells.get(column) ?? "not run", notes)),
    ]);
    const table = [["", ...this.#columns], ...rows];
    const widths = table[0]?.map((_, place) => widest(table.map((line) => line[place] ?? "")));
    const lines = table.map((line) =>
      line
        .map((cell, place) => cell.padEnd(widths?.[place] ?? 0))
        .join("  ")
        .trimEnd(),
    );
    return `${[...lines, ...notes].join("\n")}\n`;
  }
}

function shortened(outcome: string, notes: string[]): string {
  const [, word, reason] = /^([\w/]+) \((.*)\)$/.exec(outcome) ?? [];
  if (word === undefined || reason === undefined) return outcome;
  const note = notes.find((line) => line.endsWith(`] ${reason}`));
  if (note !== undefined) return `${word} ${note.slice(0, note.indexOf("]") + 1)}`;
  notes.push(`[${notes.length + 1}] ${reason}`);
  return `${word} [${notes.length}]`;
}

const widest = (cells: string[]): number => Math.max(...cells.map((cell) => cell.length));
