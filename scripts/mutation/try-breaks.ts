// Makes each deliberate break in a copy of the project, runs the suites that guard money, and prints who noticed, as
// the table of docs/proof-mutations.md.
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BREAKS, type Break } from "./breaks.ts";

const ROOT = join(import.meta.dir, "..", "..");
const COPIED = [
  "src",
  "test",
  "drizzle",
  "scripts",
  "package.json",
  "tsconfig.json",
  "bunfig.toml",
];

type Kill = Record<"file" | "test" | "reason", string>;

const copy = mkdtempSync(join(tmpdir(), "aacflow-breaks-"));
let missed = 0;
try {
  for (const path of COPIED) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  symlinkSync(realpathSync(join(ROOT, "node_modules")), join(copy, "node_modules"));
  if (suites("sound").code !== 0) throw new Error("the suites fail without any break");
  print("| Break | File | Noticed by |");
  print("| --- | --- | --- |");
  for (const [index, one] of BREAKS.entries()) print(attempt(one, `break ${index}`));
} finally {
  rmSync(copy, { recursive: true, force: true });
}
print(`${BREAKS.length - missed} passed, ${missed} failed`);
process.exitCode = missed === 0 ? 0 : 1;

/** Makes one break, and takes it back. Returns its row. */
function attempt({ what, file, from, to }: Break, name: string): string {
  const path = join(copy, file);
  const sound = readFileSync(path, "utf8");
  if (sound.split(from).length !== 2)
    throw new Error(`"${what}" does not apply to ${file} any more`);
  writeFileSync(
    path,
    sound.replace(from, () => to),
  );
  const { code, by } = suites(name);
  writeFileSync(path, sound);
  if (code === 0) missed++;
  return `| ${what} | \`${file}\` | ${by} |`;
}

function suites(name: string): { code: number; by: string } {
  const log = join(copy, "noticed.jsonl");
  rmSync(log, { force: true });
  const { exitCode } = Bun.spawnSync({
    cmd: ["bun", "scripts/mutation/suites.ts"],
    cwd: copy,
    env: { ...process.env, AACFLOW_MUTATION_LOG: log, __STRYKER_ACTIVE_MUTANT__: name },
  });
  if (exitCode === 0) return { code: 0, by: "**nobody**" };
  const { file, test, reason } = JSON.parse(readFileSync(log, "utf8")) as Kill;
  if (!file.startsWith("test/simulation/")) return { code: exitCode, by: `\`${file}\`: ${test}` };
  // A simulated run names the rule; which request broke it is of no interest here.
  const rule = reason.replace(/^step \d+: /, "").replace(/ \(.*$/, "");
  return { code: exitCode, by: `\`test/simulation\`: ${rule}` };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
