// A server's life in a command: start, ready, drain at the first signal, stop at the second.
import type { Config } from "../../config/schema.ts";
import type { RunningServer } from "../../http/server.ts";
import type { Log } from "../../telemetry/log.ts";
import { EXIT_FAILED } from "../lib/failure.ts";

/** The path of the API under a server's origin. */
const BASE_PATH = "/api/v1/ai";

export interface ServerAddresses {
  baseUrl: string;
  /** Null when the configuration turns the page off. */
  docsUrl: string | null;
}

/** Where the API and its documentation are. */
export function addressesOf(server: RunningServer, config: Config): ServerAddresses {
  return {
    baseUrl: server.origin + BASE_PATH,
    docsUrl: config.server.docs ? `${server.origin}/docs` : null,
  };
}

/**
 * Waits for SIGTERM or SIGINT, then lets the running requests end. A second signal ends the
 * process at once, with exit code 1; holds that it leaves open are released at the next start.
 * @throws Error when charges could not be recorded
 */
export async function untilStopped(server: RunningServer, log: Log): Promise<void> {
  const { logger } = log;
  let atOnce: Promise<number> | null = null;
  const signal = await firstSignal(() => {
    logger.warn("second signal: stopping at once");
    atOnce = server
      .stopNow()
      .finally(log.flush)
      .finally(() => process.exit(EXIT_FAILED));
  });
  logger.info({ signal }, "draining: running requests may end, new ones are refused");
  const unsettled = await server.drain();
  // Stopping at once ends the draining too, which must not pass for a good end.
  await atOnce;
  if (unsettled > 0) {
    throw new Error(
      `${unsettled} charges could not be recorded: their holds are released at the next start`,
    );
  }
  logger.info("stopped");
}

/** A terminal that closes, or an operator's habit after a change of configuration, must not cut running requests. */
export function ignoreHangups({ logger }: Log): void {
  process.on("SIGHUP", () => {
    logger.warn(
      "SIGHUP is ignored: the configuration is read at the start alone, so restart to change it",
    );
  });
}

function firstSignal(onSecond: () => void): Promise<string> {
  return new Promise((resolve) => {
    let received = 0;
    const receive = (signal: string) => {
      received += 1;
      if (received === 1) resolve(signal);
      else if (received === 2) onSecond();
    };
    process.on("SIGTERM", receive);
    process.on("SIGINT", receive);
  });
}
