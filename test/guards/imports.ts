// Reading what a source file imports.
import { dirname, join, normalize } from "node:path";

const SRC = join(import.meta.dir, "..", "..", "src");

export interface Import {
  /** A file of the project as `src/db/open.ts`, or the module's name as it is written. */
  from: string;
  /** Names in braces; types and renamings included. */
  names: string[];
}

/** All sources by their path under src/. */
export async function sources(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const path of new Bun.Glob("**/*.ts").scan(SRC)) {
    found.set(path, await Bun.file(join(SRC, path)).text());
  }
  return found;
}

/** Import and export statements, types too, and calls of `import`; a call whose module is reckoned is `import(?)`. */
const IMPORT =
  /^(?:import\s*|(?:import|export)\b(?<clause>[^;'"]*?)\bfrom\s*)["'](?<from>[^"']+)["']|\bimport\(\s*(?:["'](?<called>[^"']+)["'])?/gm;

/** Returns what a file imports. @param path the file's own path under src/ */
export function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map(({ groups = {} }) => {
    const module = groups.from ?? groups.called ?? "import(?)";
    const names = /\{([^}]*)\}/.exec(groups.clause ?? "")?.[1] ?? "";
    return {
      from: module.startsWith(".") ? normalize(join("src", dirname(path), module)) : module,
      names: names.split(/[\s,]+/).filter((name) => name !== ""),
    };
  });
}

/** The room of a file under src/: its first folder, or its own name where it is in none. */
export const roomOf = (path: string): string =>
  path.replace(/^src\//, "").replace(/(\/.*|\.ts)$/, "");
