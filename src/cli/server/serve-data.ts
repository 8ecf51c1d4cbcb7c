// All that `aacflow serve` runs, with all of the server's weight: loaded only when this process is the one to serve.
import { systemClock } from "../../base/clock.ts";
import type { Gateway } from "../../calls/gateway.ts";
import type { Config } from "../../config/schema.ts";
import { openFilesLimit, openFilesWarning } from "../../operator/doctor/open-files.ts";
import { underConfig } from "../../operator/installation.ts";
import { lockData, openStore, type Store } from "../../store.ts";
import { createLog, type Log } from "../../telemetry/log.ts";
import type { CliContext } from "../lib/context.ts";
import { printJsonLine, printLines } from "../lib/output.ts";
import { warnOfLowLimit } from "./outgoing-limit.ts";
import { addressesOf, ignoreHangups, untilStopped } from "./run-server.ts";

/** Short, because waiting here blocks every request; the commit queue tries again. */
const BUSY_TIMEOUT_MS = 50;

/**
 * Serves what is in the data folder until a signal ends it.
 * @param limitFailure why the limit of connections could not be raised; null where it was, or was not to be
 */
export async function serveData(
  config: Config,
  context: CliContext,
  limitFailure: unknown,
): Promise<void> {
  const log = createLog(config.server.logLevel);
  const { upstreamConnections } = config.server;
  warnOfLowLimit(upstreamConnections, limitFailure, log.logger);
  ignoreHangups(log);
  const warning = openFilesWarning(openFilesLimit(), upstreamConnections);
  if (warning !== null) log.logger.warn(warning);

  const unlock = lockData(context.dataDir);
  try {
    const store = await openStore(context.dataDir, {
      busyTimeoutMs: BUSY_TIMEOUT_MS,
      isServer: true,
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
  // Loaded after the store is opened, so that its writer's thread starts meanwhile.
  const { createGateway } = await import("../../calls/gateway.ts");
  const { createWorkerCounter } = await import("../../metering/tokens/worker-counter.ts");
  const { startServer } = await import("../../http/server.ts");
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
