// Reading a configuration file's text: its value, and on which line each setting stands.
import { extname } from "node:path";
import { type Document, isNode, LineCounter, parseDocument, visit } from "yaml";

export interface ParsedFile {
  value: unknown;
  /** The line of a setting, or of the nearest one around it; null where the format does not tell. */
  lineOf(path: readonly PropertyKey[]): number | null;
}

/** @throws Error that names the line and what is wrong there; it never repeats the text, which may hold a secret. */
export function parseConfigText(file: string, text: string): ParsedFile {
  const extension = extname(file).toLowerCase();
  if (extension === ".toml") return { value: parseToml(text), lineOf: () => null };
  if (extension === ".yaml" || extension === ".yml") return parseYaml(text, "core");
  if (extension === ".json" || extension === ".jsonc") {
    // YAML has JSON in it, so that one parser finds lines and duplicate keys in both.
    const { lineOf } = parseYaml(withoutComments(text), "json");
    return { value: text.trim() === "" ? null : Bun.JSONC.parse(text), lineOf };
  }
  throw new Error("its name must end in .yaml, .yml, .json, .jsonc or .toml");
}

function parseYaml(text: string, schema: "core" | "json"): ParsedFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema,
    merge: schema === "core",
    lineCounter: lines,
    // A frame of the text around it would be repeated in the log.
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new Error(`line ${lines.linePos(error.pos[0]).line}: ${describe(error)}`);
  }
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined || !alias.range) return;
      const { line } = lines.linePos(alias.range[0]);
      throw new Error(`line ${line}: an alias of what is not named before`);
    },
  });
  return {
    value: document.toJS(),
    lineOf: (path) => lineIn(document, lines, path),
  };
}

const describe = ({ code, message }: { code: string; message: string }): string =>
  code === "DUPLICATE_KEY" ? "this setting stands here twice" : message;

function lineIn(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
): number | null {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}

/** Comments as blanks, so that everything else keeps its place. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith('"') ? found : found.replace(/[^\n]/g, " "),
  );
}

function parseToml(text: string): unknown {
  try {
    return Bun.TOML.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`line ${brokenLine(text)}: ${reason}`);
  }
}

/** The parser does not say where it failed: the text is whole up to there. */
function brokenLine(text: string): number {
  const lines = text.split("\n");
  for (let count = lines.length - 1; count > 0; count--) {
    try {
      Bun.TOML.parse(lines.slice(0, count).join("\n"));
      return count + 1;
    } catch {
      // The fault is further up.
    }
  }
  return 1;
}
