// `aacflow restore`: puts a backup into the data folder, proved and migrated before it takes its place.
import { chmodSync, constants, copyFileSync, existsSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { flushFile, flushFolder, removeDatabaseFile, SIDE_FILES } from "../db/durable-files.ts";
import { DATABASE_FILE } from "../db/open.ts";
import { lockDataFolder } from "../db/server-lock.ts";
import { type CliContext, contextOf } from "./context.ts";
import { CliError, reasonOf } from "./failure.ts";
import { printJson, printLines } from "./output.ts";
import { type Holdings, holdingsJson, holdingsLines, proveSnapshot } from "./snapshot-summary.ts";

interface Restored {
  holdings: Holdings;
  /** Where the data that was there is now; null when there was none. */
  replaced: string | null;
}

export function addRestore(program: Command): void {
  program
    .command("restore")
    .description("put a backup into the data folder, whose server must be stopped")
    .argument("<file>", "a file that aacflow backup made")
    .option("--force", "where there is data already, move it aside under a dated name")
    .action((file: string, { force = false }: { force?: boolean }, command: Command) => {
      const context = contextOf(command);
      const restored = restore(context, file, force);
      if (context.json) printJson(toJson(context, file, restored));
      else printLines(toLines(context, file, restored));
    });
}

function restore(context: CliContext, file: string, force: boolean): Restored {
  checkFile(file);
  const unlock = lockDataFolder(context.dataDir);
  try {
    return restoreLocked(context.dataDir, file, force);
  } finally {
    unlock();
  }
}

function checkFile(file: string): void {
  if (!existsSync(file)) throw new CliError(`there is no file ${file}`);
  if (!statSync(file).isFile()) throw new CliError(`${file} is not a file`);
  for (const suffix of ["-wal", "-journal"]) {
    const beside = file + suffix;
    if (!existsSync(beside) || statSync(beside).size === 0) continue;
    throw new CliError(
      `${beside} belongs to ${file}, which is a database in use and no backup: ` +
        "make one with aacflow backup",
    );
  }
}

function restoreLocked(dataDir: string, file: string, force: boolean): Restored {
  const target = join(dataDir, DATABASE_FILE);
  const present = ["", ...SIDE_FILES].filter((suffix) => existsSync(target + suffix));
  if (present.length > 0 && !force) {
    throw new CliError(
      `there is data in ${dataDir} already: --force moves it aside under a dated name`,
    );
  }
  // In the data folder, so that it can take its place in one step; all that can fail comes before.
  const temporary = `${target}.restoring-${process.pid}`;
  try {
    copyFileSync(file, temporary, constants.COPYFILE_EXCL);
    chmodSync(temporary, 0o600);
    const holdings = proveSnapshot(temporary, "migrate");
    flushFile(temporary);
    const replaced = present.length > 0 ? moveAside(target, present) : null;
    renameSync(temporary, target);
    flushFolder(dataDir);
    return { holdings, replaced };
  } catch (error) {
    throw new CliError(`${file} was not restored: ${reasonOf(error)}`, { cause: error });
  } finally {
    removeDatabaseFile(temporary);
  }
}

/** Renames a database and what belongs to it, so that it can still be opened under its new name, which is given. */
function moveAside(target: string, present: readonly string[]): string {
  const stamp = new Date().toISOString().replace(/[-:.]/g, "");
  const aside = `${target}.replaced-${stamp}`;
  // The database first: a log that is left behind must never meet another database.
  for (const suffix of present) renameSync(target + suffix, aside + suffix);
  return aside;
}

const toJson = ({ dataDir }: CliContext, file: string, { holdings, replaced }: Restored) => ({
  file,
  data: dataDir,
  replaced,
  ...holdingsJson(holdings),
});

function toLines({ dataDir }: CliContext, file: string, { holdings, replaced }: Restored) {
  return [
    `Restored ${file} into ${dataDir}`,
    ...holdingsLines(holdings),
    ...(replaced === null ? [] : [`The data that was there is now ${replaced}`]),
    ...(holdings.report.openHolds === 0
      ? []
      : ["The server's next start releases the open deposits."]),
  ];
}
