// `aacflow backup`: a consistent, proved copy of the database in one file, while a server is writing.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Command } from "commander";
import { publishNew, removeDatabaseFile } from "../db/durable-files.ts";
import { writeSnapshot } from "../db/snapshot.ts";
import { withBooks } from "./books.ts";
import { type CliContext, contextOf } from "./context.ts";
import { CliError, reasonOf } from "./failure.ts";
import { printJson, printLines } from "./output.ts";
import { type Holdings, holdingsJson, holdingsLines, proveSnapshot } from "./snapshot-summary.ts";

export function addBackup(program: Command): void {
  program
    .command("backup")
    .description("copy the database into one new file, beside a running server, and prove the copy")
    .argument("<file>", "the file to make; one that is there is never overwritten")
    .action((file: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const holdings = backUp(context, file);
      if (context.json) printJson({ file, ...holdingsJson(holdings) });
      else printLines([`Backed up ${context.dataDir} into ${file}`, ...holdingsLines(holdings)]);
    });
}

function backUp(context: CliContext, file: string): Holdings {
  if (existsSync(file)) throw new CliError(`${file} is there already, and is not overwritten`);
  const folder = dirname(file);
  if (!existsSync(folder)) throw new CliError(`there is no folder ${folder}`);
  // Beside the file, so that it can be given its name in one step.
  const temporary = `${file}.partial-${process.pid}`;
  try {
    withBooks(context, ({ database }) => writeSnapshot(database, temporary));
    const holdings = proveSnapshot(temporary, "read");
    publishNew(temporary, file);
    return holdings;
  } catch (error) {
    throw new CliError(`no backup was made at ${file}: ${reasonOf(error)}`, { cause: error });
  } finally {
    removeDatabaseFile(temporary);
  }
}
