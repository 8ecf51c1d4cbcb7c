// Plain aligned tables and lists for human eyes.

export interface Column {
  title: string;
  /** Figures stand on the right, so that their decimal points meet. */
  align?: "left" | "right";
}

const GAP = "  ";

/** The lines of a table: titles, then rows; each row has a cell for each column. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const all = [columns.map((column) => column.title), ...rows];
  const widths = columns.map((_, index) =>
    Math.max(...all.map((row) => Bun.stringWidth(row[index] ?? ""))),
  );
  const toLine = (row: readonly string[]) =>
    columns
      .map((column, index) => pad(row[index] ?? "", widths[index] ?? 0, column.align ?? "left"))
      .join(GAP)
      .trimEnd();
  return all.map(toLine);
}

/** The lines of a list of labelled values, the values under each other. */
export function fieldLines(fields: readonly (readonly [label: string, value: string])[]): string[] {
  const width = Math.max(...fields.map(([label]) => Bun.stringWidth(label)));
  return fields.map(([label, value]) => `${pad(label, width, "left")}${GAP}${value}`);
}

function pad(text: string, width: number, align: "left" | "right"): string {
  const blanks = " ".repeat(Math.max(0, width - Bun.stringWidth(text)));
  return align === "left" ? text + blanks : blanks + text;
}
