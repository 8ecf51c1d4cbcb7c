// Compiles the program into one executable with its migrations and web pages inside.
import { rmSync } from "node:fs";
import { assertNoSourcePaths } from "./source-paths.ts";

/** The program itself, and what runs in a thread of its own. */
export const ENTRY_POINTS = [
  "src/main.ts",
  "src/store-writer.ts",
  "src/metering/tokens/worker.ts",
] as const;

export interface CompileOptions {
  /** The checkout. */
  root: string;
  outfile: string;
  /** Default: the platform of this process. */
  target?: Bun.Build.CompileTarget;
}

/**
 * Returns the path of the executable, which on Windows has an ending of its own.
 * @throws AggregateError with the compiler's messages.
 */
export async function compile({ root, outfile, target }: CompileOptions): Promise<string> {
  // Assets keep their path relative to the working directory.
  process.chdir(root);
  const result = await Bun.build({
    entrypoints: [...ENTRY_POINTS],
    target: "bun",
    // Bytecode starts 3 times faster; as CommonJS, its default, it refuses top-level await.
    format: "esm",
    bytecode: true,
    // What is imported on demand becomes a file of its own, which no other start has to read.
    splitting: true,
    // Not minified: Elysia reads the source text of handlers to see which fields they use.
    minify: false,
    // So that the stack trace in an operator's log names our files and lines.
    sourcemap: "linked",
    // CommonJS packages would otherwise carry this machine's paths into the executable.
    define: { __dirname: '"/aacflow"', __filename: '"/aacflow/main.js"' },
    compile: {
      outfile,
      ...(target === undefined ? {} : { target }),
      assets: ["drizzle"],
      // What lies in the operator's working directory changes nothing: settings come from the
      // environment and the configuration file alone.
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  });
  const path = result.outputs.find(({ kind }) => kind === "entry-point")?.path;
  if (path === undefined) throw new Error(`the compiler wrote no executable for ${outfile}`);
  // The executable has its source maps inside; the copies beside it are of no use.
  for (const { kind, path: map } of result.outputs) if (kind === "sourcemap") rmSync(map);
  await assertNoSourcePaths(path, root);
  return path;
}
