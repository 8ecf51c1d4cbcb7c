// The entry: gives a server the process that it needs, runs the command line, and ends with its exit code.
import { meansServe } from "./cli/commands.ts";
import { raiseOutgoingLimitFirst } from "./cli/server/outgoing-limit.ts";

// Node's layout of argv, which Bun keeps in a compiled executable: program, script, arguments.
const args = process.argv.slice(2);
// Before anything else is loaded, since the process may begin anew.
if (meansServe(args)) raiseOutgoingLimitFirst();
const { runProgram } = await import("./cli/program.ts");
process.exit(await runProgram(args));
