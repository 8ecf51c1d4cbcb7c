// The only places where commands write: data on stdout, everything else on stderr.
import { writeSync } from "node:fs";
import { EXIT_FAILED } from "./failure.ts";

/** How long what a server has written last may take to its readers. */
const LAST_OUTPUT_MS = 1_000;

/** Whether the process is a server, which nobody who leaves, or reads slowly, ends or keeps. */
let isServer = false;

/** Prints lines of plain text on stdout. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Prints the one JSON document of a command on stdout. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** The same on a single line, for a server's ready message: whoever started it reads one line. */
export function printJsonLine(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}

/** Tells the person at the terminal something that is not the command's data. */
export function printNotice(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** From here on the process is a server: its output may go unread. */
export function outliveReaders(): void {
  isServer = true;
}

/**
 * Says what becomes of output that cannot be written. A reader that leaves early, as in
 * `aacflow models | head`, is no failure; anything else, as a full disk, is.
 */
export function watchOutput(): void {
  process.stdout.on("error", (error: Error & { code?: string }) => {
    if (isServer) return;
    if (error.code === "EPIPE") process.exit(0);
    writeSync(2, `error: cannot write the output: ${error.message}\n`);
    process.exit(EXIT_FAILED);
  });
  // There is no place left to complain in.
  process.stderr.on("error", () => undefined);
}

/** Closes both streams; resolves when everything written to them has left the process; a server does not wait long. */
export async function flushOutput(): Promise<void> {
  const streams = [process.stdout, process.stderr];
  // Ended rather than awaited by an empty write: Bun calls that one back before the text is out.
  const ended = Promise.all(streams.map((stream) => new Promise<void>((end) => stream.end(end))));
  await (isServer ? Promise.race([ended, Bun.sleep(LAST_OUTPUT_MS)]) : ended);
}
