// `aacflow restore`: puts a backup into the data folder, proved and migrated before it takes its place.
import type { Command } from "commander";
import { type Restored, restore } from "../operator/restore.ts";
import { type CliContext, contextOf } from "./lib/context.ts";
import { holdingsJson, holdingsLines } from "./lib/holdings.ts";
import { readPath } from "./lib/options.ts";
import { printJson, printLines } from "./lib/output.ts";

export function addRestore(program: Command): void {
  program
    .command("restore")
    .description("put a backup into the data folder, whose server must be stopped")
    .argument("<file>", "a file that aacflow backup made", readPath)
    .option("--force", "where there is data already, move it aside under a dated name")
    .action(async (file: string, { force = false }: { force?: boolean }, command: Command) => {
      const context = contextOf(command);
      const restored = await restore(context, file, force);
      if (context.json) printJson(toJson(context, file, restored));
      else printLines(toLines(context, file, restored));
    });
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
      : ["The server's next start releases the open holds."]),
  ];
}
