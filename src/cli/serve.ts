// `aacflow serve`: the gateway on its data folder until a signal ends it. The default command.
import type { Command } from "commander";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { Database } from "../db/open.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { createLog, type Log } from "../telemetry/log.ts";
import { lockData, openData } from "./books.ts";
import { type CliContext, contextOf, underConfig } from "./context.ts";
import { openFilesLimit, openFilesWarning } from "./open-files.ts";
import { readPort } from "./options.ts";
import { ensureOutgoingLimit } from "./outgoing-limit.ts";
import { outliveReaders, printJsonLine, printLines } from "./output.ts";
import { addressesOf, ignoreHangups, untilStopped } from "./run-server.ts";

/** Short, because waiting here blocks every request; the commit queue tries again. */
const BUSY_TIMEOUT_MS = 50;

export interface ListenOptions {
  host?: string;
  port?: number;
}

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

/** Gives a command the options that say where its server listens. */
export function addListenOptions(command: Command): Command {
  return command
    .option("--host <host>", "address to listen on (env: AACFLOW_HOST, default: 127.0.0.1)")
    .option("--port <port>", "0 for a free one (env: AACFLOW_PORT, default: 4000)", readPort);
}

async function serve(context: CliContext, listen: ListenOptions): Promise<void> {
  const config = loadConfig({ file: context.configFile, env: context.env, server: listen });
  outliveReaders();
  const log = createLog(config.server.logLevel);
  ensureOutgoingLimit(config.server.upstreamConnections, log.logger);
  ignoreHangups(log);
  const warning = openFilesWarning(openFilesLimit(), config.server.upstreamConnections);
  if (warning !== null) log.logger.warn(warning);

  const unlock = lockData(context.dataDir);
  try {
    const database = openData(context.dataDir, BUSY_TIMEOUT_MS);
    try {
      await serveOn(database, config, context, log);
    } finally {
      database.close();
    }
  } finally {
    unlock();
    await log.flush();
  }
}

async function serveOn(
  database: Database,
  config: Config,
  context: CliContext,
  log: Log,
): Promise<void> {
  const { logger } = log;
  // Loaded here, so that the commands that only read the books start without the server's weight.
  const { createGateway } = await import("../gateway/gateway.ts");
  const { createWorkerCounter } = await import("../gateway/tokens/worker-counter.ts");
  const { startServer } = await import("../http/server.ts");
  const countTokens = createWorkerCounter(logger);
  const { env } = context;
  const gateway = underConfig(context, () =>
    createGateway({ config, database, env, log: logger, countTokens }),
  );
  log.onLineDropped(gateway.metrics.logLineDropped);
  warnWhenNothingIsServed(gateway, logger);
  const server = await startServer({
    config,
    gateway,
    log: logger,
    metricsToken: context.env.AACFLOW_METRICS_TOKEN ?? null,
  });
  const stopped = untilStopped(server, log);
  const { baseUrl, docsUrl } = addressesOf(server, config);
  const { providerIds, catalog } = gateway;
  const models = catalog.served().length;
  if (context.json) {
    const served = { providers: providerIds, models };
    printJsonLine({ base_url: baseUrl, docs_url: docsUrl, pid: process.pid, ...served });
  } else {
    printLines([
      `AACFlow is ready: base URL ${baseUrl}`,
      `${models} models of ${providerIds.length === 0 ? "no provider" : providerIds.join(", ")}`,
    ]);
  }
  await stopped;
}

function warnWhenNothingIsServed({ catalog }: Gateway, log: Log["logger"]): void {
  if (catalog.served().length > 0) return;
  const variables = [...new Set(catalog.all().flatMap(({ missingEnv }) => missingEnv || []))];
  log.warn(
    "no provider is connected, so no model is served: set the key of one " +
      `(${variables.join(", ")}), or try "aacflow demo", which needs none`,
  );
}
