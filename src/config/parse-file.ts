// Reading a configuration file's text: its value, and on which line each setting stands.
import { extname } from "node:path";
import { type Document, isNode, LineCounter, parseDocument, visit } from "yaml";
import { parseToml, tomlLineFinder } from "./parse-toml.ts";

export interface ParsedFile {
  value: unknown;
  /** The line of a setting, or of the nearest one around it; null where there is none. */
  lineOf(path: readonly PropertyKey[]): number | null;
}

/** @throws Error that names the line and what is wrong there; it never repeats the text, which may hold a secret. */
export function parseConfigText(file: string, text: string): ParsedFile {
  const extension = extname(file).toLowerCase();
  if (extension === ".toml") {
    const find = tomlLineFinder(text);
    return { value: parseToml(text), lineOf: (path) => nearest(path, find) };
  }
  if (extension === ".yaml" || extension === ".yml") return parseYaml(text, "core");
  if (extension === ".json" || extension === ".jsonc") return parseJson(text);
  throw new Error("its name must end in .yaml, .yml, .json, .jsonc or .toml");
}

/**
 * YAML has JSON in it, so that one parser finds lines and duplicate keys in both. It takes long, and is asked only where
 * there is something to tell.
 */
function parseJson(text: string): ParsedFile {
  const plain = withoutComments(text);
  let lines: ParsedFile | null = null;
  const readLines = () => {
    lines ??= parseYaml(plain, "json");
    return lines;
  };
  if (!isPlainJson(plain)) readLines();
  return {
    value: text.trim() === "" ? null : Bun.JSONC.parse(text),
    lineOf: (path) => readLines().lineOf(path),
  };
}

/** Whether it is JSON in which no object has a key twice: as many keys stand in the text as were read from it. */
function isPlainJson(text: string): boolean {
  let written = 0;
  for (const [found] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?/g))
    written += Number(found.endsWith(":"));
  let read = 0;
  try {
    JSON.parse(text, (_key, value: unknown) => {
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        read += Object.keys(value).length;
      }
      return value;
    });
  } catch {
    return false;
  }
  return read === written;
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
    lineOf: (path) => nearest(path, (inner) => yamlLine(document, lines, inner)),
  };
}

const describe = ({ code, message }: { code: string; message: string }): string =>
  code === "DUPLICATE_KEY" ? "this setting stands here twice" : message;

/** The line of the innermost setting of the path that is there. */
function nearest(
  path: readonly PropertyKey[],
  find: (path: readonly PropertyKey[]) => number | null,
): number | null {
  for (let length = path.length; length > 0; length--) {
    const line = find(path.slice(0, length));
    if (line !== null) return line;
  }
  return null;
}

function yamlLine(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
): number | null {
  const node = document.getIn(path, true);
  return isNode(node) && node.range ? lines.linePos(node.range[0]).line : null;
}

/** Comments as blanks, so that everything else keeps its place. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith('"') ? found : found.replace(/[^\n]/g, " "),
  );
}
