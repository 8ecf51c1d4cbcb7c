// What every command starts from: the global options and the environment, resolved in one place.
import type { Command } from "commander";
import type { Installation } from "../../operator/installation.ts";

const DEFAULT_DATA_DIR = "./data";

/** The options that every command takes, as the library parsed them. */
export interface GlobalOptions {
  data?: string;
  config?: string;
  json?: true;
}

export interface CliContext extends Installation {
  /** Print one JSON document instead of text. */
  json: boolean;
}

/** Puts the global options on the program, which takes them before and after a command's name. */
export function addGlobalOptions(program: Command): void {
  program
    .option("--data <dir>", `data folder (env: AACFLOW_DATA, default: ${DEFAULT_DATA_DIR})`)
    .option("--config <file>", "configuration file (env: AACFLOW_CONFIG)")
    .option("--json", "print one JSON document");
}

/** Resolves the global options of a command; an empty variable counts as not set. */
export function contextOf(command: Command): CliContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  const { env } = process;
  if (options.data === "") command.error("error: --data needs the name of a folder");
  if (options.config === "") command.error("error: --config needs the name of a file");
  return {
    json: options.json === true,
    dataDir: options.data ?? (env.AACFLOW_DATA || DEFAULT_DATA_DIR),
    configFile: options.config ?? (env.AACFLOW_CONFIG || null),
    env,
  };
}
