// Builds the product: `dist/aacflow` for this machine, or with --all one executable per platform.
import { mkdirSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeChecksums } from "./build/checksums.ts";
import { compile } from "./build/compile.ts";
import { RELEASE_TARGETS } from "./build/targets.ts";

const USAGE = "usage: build.ts [--all] [--out <folder>]";
const ROOT = join(import.meta.dir, "..");

interface Wish {
  all: boolean;
  out: string;
}

async function main(): Promise<number> {
  const wish = readArguments();
  if (wish === null) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  mkdirSync(wish.out, { recursive: true });
  if (wish.all) await buildAll(wish.out);
  else await buildOne(join(wish.out, "aacflow"));
  return 0;
}

function readArguments(): Wish | null {
  const options = { all: { type: "boolean" }, out: { type: "string" } } as const;
  try {
    const { values } = parseArgs({ args: Bun.argv.slice(2), options });
    return { all: values.all ?? false, out: resolve(values.out ?? join(ROOT, "dist")) };
  } catch {
    return null;
  }
}

async function buildOne(outfile: string): Promise<void> {
  report(await compile({ root: ROOT, outfile }));
}

/** Bun fetches the runtimes of other platforms from the package registry, once. */
async function buildAll(out: string): Promise<void> {
  const checksums = join(out, "SHA256SUMS");
  // The list of an earlier build must not outlive its files.
  rmSync(checksums, { force: true });
  const paths: string[] = [];
  for (const { name, target } of RELEASE_TARGETS) {
    const path = await compile({ root: ROOT, outfile: join(out, name), target });
    report(path);
    paths.push(path);
  }
  await writeChecksums(checksums, paths);
}

function report(path: string): void {
  const megabytes = (Bun.file(path).size / 1e6).toFixed(0);
  process.stdout.write(`${basename(path)}  ${megabytes} MB\n`);
}

process.exit(await main());
