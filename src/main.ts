// The entry: runs the command line and ends with its exit code.
import { runProgram } from "./cli/program.ts";

// Node's layout of argv, which Bun keeps in a compiled executable: program, script, arguments.
void runProgram(process.argv.slice(2)).then((exitCode) => process.exit(exitCode));
