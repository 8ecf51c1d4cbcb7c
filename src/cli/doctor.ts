// `aacflow doctor`: what an operator would check by hand, in one list.
import type { Command } from "commander";
import type { Config } from "../config/schema.ts";
import { type CliContext, configOf, contextOf } from "./context.ts";
import { checkDatabase, checkDataFolder } from "./doctor-data.ts";
import { checkOpenFiles, checkOutgoingConnections } from "./doctor-limits.ts";
import { checkProviders } from "./doctor-providers.ts";
import type { Check } from "./doctor-types.ts";
import { CliError, reasonOf } from "./failure.ts";
import { printJson, printLines } from "./output.ts";
import { tableLines } from "./table.ts";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check data folder, database, configuration, providers and limits")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const checks = await examine(context);
      const failed = checks.filter(({ status }) => status === "fail");
      if (context.json) printJson({ ok: failed.length === 0, checks });
      else printLines(toLines(checks));
      if (failed.length > 0) {
        throw new CliError(`failed: ${failed.map(({ name }) => name).join(", ")}`);
      }
    });
}

async function examine(context: CliContext): Promise<Check[]> {
  const data = [checkDataFolder(context.dataDir), checkDatabase(context)];
  let config: Config;
  try {
    config = configOf(context);
  } catch (error) {
    // Everything else depends on the configuration.
    return [...data, { name: "configuration", status: "fail", detail: reasonOf(error) }];
  }
  const detail = context.configFile === null ? "defaults" : `${context.configFile} is valid`;
  return [
    ...data,
    { name: "configuration", status: "ok", detail },
    ...(await checkProviders(context, config)),
    checkOpenFiles(config),
    checkOutgoingConnections(config, context.env),
  ];
}

function toLines(checks: readonly Check[]): string[] {
  const rows = checks.map(({ name, status, detail }) => [status, name, detail]);
  return tableLines([{ title: "STATUS" }, { title: "CHECK" }, { title: "DETAIL" }], rows);
}
