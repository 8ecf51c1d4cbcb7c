// Where a command's server listens.
import type { Command } from "commander";
import { readPort } from "../lib/options.ts";

export interface ListenOptions {
  host?: string;
  port?: number;
}

/** Puts on a command the options that say where its server listens. */
export function addListenOptions(command: Command): Command {
  return command
    .option("--host <host>", "address to listen on (env: AACFLOW_HOST, default: 127.0.0.1)")
    .option("--port <port>", "0 for a free one (env: AACFLOW_PORT, default: 4000)", readPort);
}
