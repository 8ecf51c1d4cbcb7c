// `aacflow serve`: the gateway on its data folder until a signal ends it. The default command.
import type { Command } from "commander";
import { type CliContext, contextOf } from "./lib/context.ts";
import { outliveReaders } from "./lib/output.ts";
import { addListenOptions, type ListenOptions } from "./server/listen.ts";
import { raiseOutgoingLimit } from "./server/outgoing-limit.ts";

export function addServe(program: Command): void {
  addListenOptions(program.command("serve", { isDefault: true }))
    .description("run the server (the default command)")
    // A mistyped command arrives here, because this is the default one.
    .allowExcessArguments()
    .action(async (options: ListenOptions, command: Command) => {
      const [stray] = command.args;
      if (stray !== undefined) command.error(`error: unknown command '${stray}'`);
      await serve(contextOf(command), options);
    });
}

async function serve(context: CliContext, listen: ListenOptions): Promise<void> {
  // Here, since every command line loads this file: the server is the default.
  const { loadConfig } = await import("../config/load.ts");
  const config = loadConfig({ file: context.configFile, env: context.env, server: listen });
  outliveReaders();
  const failure = raiseOutgoingLimit(config.server.upstreamConnections);
  const { serveData } = await import("./server/serve-data.ts");
  await serveData(config, context, failure);
}
