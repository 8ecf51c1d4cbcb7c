// `aacflow serve`: the gateway on its data folder until a signal ends it. The default command.
import type { Command } from "commander";
import { systemClock } from "../base/clock.ts";
import type { Gateway } from "../calls/gateway.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { openFilesLimit, openFilesWarning } from "../operator/doctor/open-files.ts";
import { underConfig } from "../operator/installation.ts";
import { lockData, openStore, type Store } from "../store.ts";
import { createLog, type Log } from "../telemetry/log.ts";
import { type CliContext, contextOf } from "./lib/context.ts";
import { outliveReaders, printJsonLine, printLines } from "./lib/output.ts";
import { addListenOptions, type ListenOptions } from "./server/listen.ts";
import { ensureOutgoingLimit } from "./server/outgoing-limit.ts";
import { addressesOf, ignoreHangups, untilStopped } from "./server/run-server.ts";

/** Short, because waiting here blocks every request; the commit queue tries again. */
const BUSY_TIMEOUT_MS = 50;

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
  const config = loadConfig({ file: context.configFile, env: context.env, server: listen });
  outliveReaders();
  const log = createLog(config.server.logLevel);
  ensureOutgoingLimit(config.server.upstreamConnections, log.logger);
  ignoreHangups(log);
  const warning = openFilesWarning(openFilesLimit(), config.server.upstreamConnections);
  if (warning !== null) log.logger.warn(warning);

  const unlock = lockData(context.dataDir);
  try {
    const store = await openStore(context.dataDir, {
      busyTimeoutMs: BUSY_TIMEOUT_MS,
      maxWaiting: config.money.commitQueue,
      lockTimeoutMs: config.money.lockTimeoutMs,
      clock: systemClock,
      inThread: {
        onCrash: (reason) =>
          log.logger.error({ reason }, "the writer's thread ended: starting another"),
      },
    });
    try {
      await serveOn(store, config, context, log);
    } finally {
      await store.close();
    }
  } finally {
    unlock();
    await log.flush();
  }
}

async function serveOn(store: Store, config: Config, context: CliContext, log: Log): Promise<void> {
  const { logger } = log;
  // Loaded here, so that the commands that only read the books start without the server's weight.
  const { createGateway } = await import("../calls/gateway.ts");
  const { createWorkerCounter } = await import("../metering/tokens/worker-counter.ts");
  const { startServer } = await import("../http/server.ts");
  const countTokens = createWorkerCounter(logger);
  const { env } = context;
  const gateway = await createGateway({ config, store, env, log: logger, countTokens }).catch(
    (error: unknown) =>
      underConfig(context, () => {
        throw error;
      }),
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
