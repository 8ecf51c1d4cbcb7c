// Reading TOML whose parser tells no places: they are found by reading the text's beginnings.

/** @throws Error that names the line and what is wrong there */
export function parseToml(text: string): unknown {
  try {
    return Bun.TOML.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`line ${brokenLine(text)}: ${reason}`);
  }
}

/** The text is whole up to there. */
function brokenLine(text: string): number {
  const lines = linesOf(text);
  for (let count = lines.length - 1; count > 0; count--) {
    if (beginning(lines, count) !== undefined) return count + 1;
  }
  return 1;
}

/**
 * Finds the settings' lines. Reads the text once for each of its lines, and so only when it is asked.
 * @returns for a setting's path, its line; null for what is not there
 */
export function tomlLineFinder(text: string): (path: readonly PropertyKey[]) => number | null {
  let found: Map<string, number> | null = null;
  return (path) => {
    found ??= settingLines(text);
    return found.get(keyOf(path)) ?? null;
  };
}

/** A setting begins on the line after the longest whole beginning that lacks it. */
function settingLines(text: string): Map<string, number> {
  const found = new Map<string, number>();
  const lines = linesOf(text);
  let wholeLines = 0;
  for (let count = 1; count <= lines.length; count++) {
    const value = beginning(lines, count);
    // Amid a value of several lines.
    if (value === undefined) continue;
    for (const path of pathsIn(value)) {
      const key = keyOf(path);
      if (!found.has(key)) found.set(key, wholeLines + 1);
    }
    wholeLines = count;
  }
  return found;
}

const linesOf = (text: string): string[] => text.split(/\r?\n/);
const keyOf = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String));

/** What the first lines hold; undefined where they are not whole. */
function beginning(lines: readonly string[], count: number): unknown {
  try {
    return Bun.TOML.parse(lines.slice(0, count).join("\n"));
  } catch {
    return undefined;
  }
}

function* pathsIn(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* pathsIn(inner, [...path, key]);
}
