// Writes src/cli/licenses.json, which `aacflow licenses` prints. A maintainer runs it when a dependency changes,
// after `bun install`, which brings peers that npm leaves out here: the list has to fit what either of them bundles.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectLicences } from "./licenses/collect.ts";

const ROOT = join(import.meta.dir, "..");
const TARGET = join(ROOT, "src", "cli", "licenses.json");

// The program that is bundled to see what is in it imports the file.
if (!existsSync(TARGET)) writeFileSync(TARGET, "[]\n");
const components = await collectLicences(ROOT);
writeFileSync(TARGET, `${JSON.stringify(components, null, 2)}\n`);
process.stdout.write(`${components.length} licences\n`);
