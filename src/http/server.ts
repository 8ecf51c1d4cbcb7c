// Listening, and ending in good order.

import type { Gateway } from "../calls/gateway.ts";
import type { Config } from "../config/schema.ts";
import type { Logger } from "../telemetry/log.ts";
import { createApp } from "./app.ts";
import { createClientAddressOf } from "./client-address.ts";
import { createCors } from "./cors.ts";
import { watchDescriptors } from "./descriptors.ts";
import { Admission } from "./metered/admission.ts";

/** The address is taken, or not this machine's; the message is meant for the operator. */
export class PortInUse extends Error {
  override readonly name = "PortInUse";
}

export interface RunningServer {
  /** As `http://127.0.0.1:4000`. */
  origin: string;
  /**
   * Turns readiness to 503 and refuses new chats, lets running ones end within `server.drainTimeoutMs`, cuts those
   * that have not, and returns how many charges the database has not taken by then: their holds are released at the
   * next start.
   */
  drain(): Promise<number>;
  /** Cuts all requests, and returns the same. */
  stopNow(): Promise<number>;
}

export interface ServerOptions {
  config: Config;
  gateway: Gateway;
  log: Logger;
  /** Opens /metrics to who sends it; null or empty keeps it shut. */
  metricsToken: string | null;
}

/** How long settlements may take once their requests have been cut. */
const SETTLE_MS = 5000;
const POLL_MS = 10;
/** How long the last bytes of answers that are settled may take to their clients. */
const LAST_BYTES_MS = 1000;

/** @throws PortInUse when the address cannot be listened on. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, gateway, log } = options;
  let draining = false;
  const metricsToken = options.metricsToken || null;
  const deps = {
    config,
    gateway,
    log,
    metricsToken,
    documentJson: documentOf(config.limits),
    admission: new Admission(config.limits),
    cors: createCors(config.server.corsOrigins),
    clientAddressOf: createClientAddressOf(config.server.trustedProxies),
    isDraining: () => draining,
    isOutOfDescriptors: () => descriptors.areExhausted(),
  };
  const app = createApp(deps);
  const { host, port } = config.server;
  try {
    app.listen({ hostname: host, port });
  } catch (error) {
    throw cannotListen(host, port, error);
  }
  const { server } = app;
  if (server === null) throw new Error("the server did not start");

  // Only connections between two requests can be closed: Bun leaves silent ones to their timeout.
  const descriptors = watchDescriptors(log, () => server.closeIdleConnections());

  async function settled(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (gateway.inProgress() > 0 && performance.now() < deadline) await Bun.sleep(POLL_MS);
  }

  async function stopNow(): Promise<number> {
    descriptors.stop();
    // Before the connections, or each of them would look like a client that left.
    gateway.stopAll();
    await server?.stop(true);
    await settled(SETTLE_MS);
    return close();
  }

  async function close(): Promise<number> {
    const unsettled = gateway.inProgress();
    if (unsettled > 0)
      log.error({ unsettled }, "charges given up: the database does not take them");
    await gateway.drain();
    return unsettled;
  }

  async function drain(): Promise<number> {
    draining = true;
    // The port stays open meanwhile, so that a load balancer reads 503 and not a refused connection.
    await settled(config.server.drainTimeoutMs);
    // Those that have not ended are told so once they are settled, while they are still connected.
    gateway.stopAll();
    await settled(SETTLE_MS);
    const answered = server?.stop() ?? Promise.resolve();
    await Promise.race([answered, Bun.sleep(LAST_BYTES_MS)]);
    await server?.stop(true);
    return close();
  }

  return { origin: originOf(host, server.port ?? port), drain, stopNow };
}

/** Built when somebody first asks for it: few do, and every start would wait. */
function documentOf(limits: Config["limits"]): () => Promise<string> {
  const build = async (): Promise<string> => {
    const { buildOpenApiDocument } = await import("./openapi/document.ts");
    return JSON.stringify(await buildOpenApiDocument(limits));
  };
  let built: Promise<string> | null = null;
  return () => {
    built ??= build();
    return built;
  };
}

function originOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function cannotListen(host: string, port: number, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return new PortInUse(
      `port ${port} on ${host} is already in use: stop what uses it, or choose another with --port`,
    );
  }
  if (code === "EACCES" || code === "EADDRNOTAVAIL" || code === "EINVAL" || code === "ENOTFOUND") {
    return new PortInUse(`cannot listen on ${host}:${port}: ${code}`);
  }
  return error;
}
