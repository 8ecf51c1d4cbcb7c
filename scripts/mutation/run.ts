// Breaks the money code on purpose, one small change after the other, and tells which test noticed each.
// Stryker makes the changes in a copy; it is no dependency, since its tree is large and this runs rarely.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const STRYKER = "@stryker-mutator/core@9.6.1";
const FOLDER = join(import.meta.dir, "..", "..", "reports", "mutation");
const LOG = join(FOLDER, "killed-by.jsonl");

interface Mutant {
  id: string;
  mutatorName: string;
  replacement?: string;
  status: string;
  location: { start: { line: number; column: number }; end: { line: number; column: number } };
}
interface Report {
  files: Record<string, { source: string; mutants: Mutant[] }>;
}
interface Kill {
  mutant: string;
  file: string;
  test: string;
  reason: string;
}

mkdirSync(FOLDER, { recursive: true });
rmSync(LOG, { force: true });
// What follows goes to Stryker, as `--mutate src/calls/settle.ts`.
const stryker = Bun.spawn({
  cmd: ["npx", "-y", "-p", STRYKER, "stryker", "run", ...process.argv.slice(2)],
  env: { ...process.env, AACFLOW_MUTATION_LOG: LOG },
  stdio: ["ignore", "inherit", "inherit"],
});
if ((await stryker.exited) !== 0) process.exit(1);

const report = (await Bun.file(join(FOLDER, "mutation.json")).json()) as Report;
const kills = new Map<string, Kill>();
for (const line of (await Bun.file(LOG).text()).split("\n").filter(Boolean)) {
  const kill = JSON.parse(line) as Kill;
  kills.set(kill.mutant, kill);
}
let detected = 0;
let total = 0;
const lines: string[] = [];
for (const [path, { source, mutants }] of Object.entries(report.files)) {
  for (const mutant of mutants) {
    if (mutant.status === "Ignored") continue;
    total++;
    const isDetected = mutant.status === "Killed" || mutant.status === "Timeout";
    if (isDetected) detected++;
    lines.push(describe(path, source, mutant));
  }
}
await Bun.write(join(FOLDER, "mutants.txt"), `${lines.join("\n")}\n`);
process.stdout.write(`each mutant and its fate: reports/mutation/mutants.txt\n`);
process.stdout.write(
  `${detected} of ${total} noticed: ${((100 * detected) / total).toFixed(1)} %\n`,
);

function describe(path: string, source: string, mutant: Mutant): string {
  const { start, end } = mutant.location;
  const rows = source.split("\n").slice(start.line - 1, end.line);
  const last = rows.length - 1;
  const was = rows
    .map((row, index) =>
      row.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined),
    )
    .join(" ");
  const kill = kills.get(mutant.id);
  const by = kill === undefined ? "" : ` | ${kill.file}: ${kill.test} | ${kill.reason}`;
  const squeeze = (text: string) => text.replace(/\s+/g, " ").slice(0, 140);
  return `${mutant.status} | ${path}:${start.line} | ${squeeze(was)} => ${squeeze(mutant.replacement ?? "")}${by}`;
}
