// The command line as a whole: its commands, their common options, and how a run ends.

import { Command, CommanderError } from "commander";
import { COMMANDS, commandsMeant } from "./commands.ts";
import { addGlobalOptions } from "./lib/context.ts";
import { describeFailure, exitCodeOf } from "./lib/failure.ts";
import { flushOutput, printNotice, watchOutput } from "./lib/output.ts";
import { versionText } from "./version.ts";

const AFTER_HELP = `
Without a command, serve is run.
Exit codes: 0 done, 1 failed, 2 wrong usage. AACFLOW_DEBUG=1 shows the stack of a failure.`;

/** The program with the commands that are meant; nothing runs until it is asked to parse. */
async function buildProgram(args: readonly string[]): Promise<Command> {
  const program = new Command("aacflow");
  // Settings first: a command copies them when it is added.
  program
    .description("A self-hosted, OpenAI-compatible AI gateway with prepaid credits.")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(add --help for help)")
    .version(versionText, "--version", "print the version")
    .helpOption("--help", "print help")
    .addHelpText("after", AFTER_HELP);
  addGlobalOptions(program);
  for (const name of commandsMeant(args)) (await COMMANDS[name]?.())?.(program);
  return program;
}

/**
 * Runs one command line to its end.
 * @param args what stands behind the program's name
 * @returns the exit code, once all output has left the process
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  watchOutput();
  let exitCode = 0;
  try {
    const program = await buildProgram(args);
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    exitCode = exitCodeOf(error);
    // The library has printed its own errors by the time it throws them.
    if (!(error instanceof CommanderError)) printNotice(describeFailure(error, process.env));
  }
  await flushOutput();
  return exitCode;
}
