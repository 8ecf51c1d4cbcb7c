// `aacflow backup`: a consistent, proved copy of the database in one file, while a server is writing.
import type { Command } from "commander";
import { backUp } from "../operator/backup.ts";
import { contextOf } from "./lib/context.ts";
import { holdingsJson, holdingsLines } from "./lib/holdings.ts";
import { readPath } from "./lib/options.ts";
import { printJson, printLines } from "./lib/output.ts";

export function addBackup(program: Command): void {
  program
    .command("backup")
    .description("copy the database into one new file, beside a running server, and prove the copy")
    .argument("<file>", "the file to make; one that is there is never overwritten", readPath)
    .action(async (file: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const holdings = await backUp(context, file);
      if (context.json) printJson({ file, ...holdingsJson(holdings) });
      else printLines([`Backed up ${context.dataDir} into ${file}`, ...holdingsLines(holdings)]);
    });
}
