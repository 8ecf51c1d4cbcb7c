// Collects the licences of everything that ends in the executable, from the packages that the bundler takes in.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import catalog from "../../src/catalog/data/models.json" with { type: "json" };
import { ENTRY_POINTS } from "../build/compile.ts";
import { BUN_NOTICE, FETCHED_SOURCES, mitLicence } from "./notices.ts";

/** A part of the executable that is not ours, with all that its licence wants printed. */
export interface Component {
  name: string;
  version: string;
  /** As SPDX names it. */
  licence: string;
  text: string;
}

interface Manifest {
  name: string;
  version: string;
  license?: string;
  author?: string | { name: string };
}

/** The licence itself and what it wants to be kept beside it; of bundles that a package holds, theirs. */
const LICENCE_FILE = /^(?:licen[cs]e|notice|copying)(?:\.\w+)?$|bundle\.js\.licen[cs]e\.txt$/i;
/** A package whose licence's text is no more than the text of its licence, for those that leave it out. */
const APACHE_TEXT_OF = "swagger-ui-dist";

/**
 * Bundles the program and reads the licences of what is in it.
 * @param root the checkout, with its packages installed
 * @throws Error when a package has no licence that is known how to print
 */
export async function collectLicences(root: string): Promise<Component[]> {
  const folders = await bundledPackages(root);
  const packages = folders.map((folder) => readPackage(root, folder));
  const sources = catalog.sources.map((source) => readSource(root, source));
  const runtime = { name: "bun", version: Bun.version, licence: "MIT", text: BUN_NOTICE };
  return [runtime, ...sources, ...packages].sort((a, b) =>
    `${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1,
  );
}

/** Paths of the packages' folders, relative to the checkout. */
async function bundledPackages(root: string): Promise<string[]> {
  const { metafile } = await Bun.build({
    entrypoints: ENTRY_POINTS.map((path) => join(root, path)),
    root,
    target: "bun",
    format: "esm",
    metafile: true,
  });
  const inputs = Object.keys(metafile?.inputs ?? {});
  const folders = inputs.map(
    (path) => /(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1],
  );
  return [...new Set(folders.filter((folder) => folder !== undefined))];
}

function readPackage(root: string, folder: string): Component {
  const path = join(root, folder);
  const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest;
  const { name, version, license: licence } = manifest;
  if (licence === undefined) throw new Error(`${name} names no licence`);
  const files = readdirSync(path).filter((file) => LICENCE_FILE.test(file));
  const texts = files.sort().map((file) => readFileSync(join(path, file), "utf8").trim());
  if (texts.length === 0) texts.push(textOf(root, manifest));
  return { name, version, licence, text: texts.join("\n\n").replaceAll("\r\n", "\n") };
}

/** Data that the catalogue is made of. */
function readSource(root: string, source: (typeof catalog.sources)[number]): Component {
  const { name, version, licence } = source;
  const folder = join("node_modules", name);
  if (existsSync(join(root, folder))) return { ...readPackage(root, folder), version };
  const text = FETCHED_SOURCES[name];
  if (text === undefined)
    throw new Error(`${name} has no licence text: add it to scripts/licenses/`);
  return { name, version, licence, text };
}

function textOf(root: string, { name, license, author }: Manifest): string {
  if (license === "Apache-2.0") {
    return readFileSync(join(root, "node_modules", APACHE_TEXT_OF, "LICENSE"), "utf8").trim();
  }
  const holder = typeof author === "string" ? author : author?.name;
  if (license === "MIT" && holder !== undefined) return mitLicence(holder);
  throw new Error(`${name} has no licence text: add it to scripts/licenses/`);
}
