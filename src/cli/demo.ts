// `aacflow demo`: the server with the built-in demo model, on data that is thrown away.
import type { Command } from "commander";
import { formatCredits, MICRO_PER_CREDIT } from "../base/micro.ts";
import type { Gateway } from "../calls/gateway.ts";
import type { Config } from "../config/schema.ts";
import type { RunningServer } from "../http/server.ts";
import { createKey } from "../operator/keys.ts";
import { openStore, PATIENT, type Store } from "../store.ts";
import type { Log } from "../telemetry/log.ts";
import { type CliContext, contextOf, type GlobalOptions } from "./lib/context.ts";
import { outliveReaders, printJsonLine, printLines, printNotice } from "./lib/output.ts";
import { type DemoFacts, demoJson, demoLines } from "./server/demo-text.ts";
import { addListenOptions, type ListenOptions } from "./server/listen.ts";
import { addressesOf, untilStopped } from "./server/run-server.ts";
import { throwAwayFolder } from "./server/throw-away.ts";

/** Ids of the API's documentation, so that its examples run unchanged. */
const MODELS = ["gpt-4o-mini", "claude-sonnet-4-6"];
const CREDITS_MICRO = 5 * MICRO_PER_CREDIT;

export function addDemo(program: Command): void {
  addListenOptions(program.command("demo"))
    .description("run the server with a built-in model, on throw-away data: no provider needed")
    .action(async (options: ListenOptions, command: Command) => {
      const { data, config } = command.optsWithGlobals<GlobalOptions>();
      if (data !== undefined || config !== undefined) {
        command.error("error: demo runs on throw-away data and defaults: no --data or --config");
      }
      await demo(contextOf(command), options);
    });
}

async function demo(context: CliContext, listen: ListenOptions): Promise<void> {
  const { env } = context;
  const demoModel = { enabled: true, models: MODELS };
  const { loadConfig } = await import("../config/load.ts");
  const config = loadConfig({ file: null, env, server: listen, demo: demoModel });
  const mayMove = listen.port === undefined && !env.AACFLOW_PORT;
  const { createLog } = await import("../telemetry/log.ts");
  // Below "info", so that the examples are not scrolled away by the log of each request.
  const log = createLog("warn");
  outliveReaders();
  const store = await openStore(throwAwayFolder(), PATIENT);
  try {
    await demoOn(store, { config, context, log, mayMove });
  } finally {
    await store.close();
    await log.flush();
  }
}

interface DemoRun {
  config: Config;
  context: CliContext;
  log: Log;
  /** Take a free port where the configured one is taken: nobody asked for it by name. */
  mayMove: boolean;
}

async function demoOn(store: Store, run: DemoRun): Promise<void> {
  const { config, log } = run;
  const { logger } = log;
  const { createGateway } = await import("../calls/gateway.ts");
  const { createWorkerCounter } = await import("../metering/tokens/worker-counter.ts");
  // An empty environment: the keys of real providers stay out of a demonstration.
  const gateway = await createGateway({
    config,
    store,
    env: {},
    log: logger,
    countTokens: createWorkerCounter(logger),
  });
  const server = await startSomewhere(gateway, run);
  const stopped = untilStopped(server, log);
  const models = gateway.catalog.served().map(({ id }) => id);
  const facts = { ...addressesOf(server, config), ...(await makeKey(store)), models };
  if (run.context.json) printJsonLine(demoJson(facts));
  else printLines(demoLines(facts));
  await stopped;
}

async function startSomewhere(gateway: Gateway, run: DemoRun): Promise<RunningServer> {
  const { PortInUse, startServer } = await import("../http/server.ts");
  const { config } = run;
  const log = run.log.logger;
  try {
    return await startServer({ config, gateway, log, metricsToken: null });
  } catch (error) {
    if (!(error instanceof PortInUse && run.mayMove)) throw error;
    const anyPort = { ...config, server: { ...config.server, port: 0 } };
    const server = await startServer({ config: anyPort, gateway, log, metricsToken: null });
    printNotice(`Port ${config.server.port} is taken, so the demo uses a free one.`);
    return server;
  }
}

async function makeKey(store: Store): Promise<Pick<DemoFacts, "key" | "account" | "balance">> {
  const { key, account } = await createKey(store, {
    name: "demo",
    account: null,
    opensAccount: false,
    creditsMicro: CREDITS_MICRO,
    expiresAtMs: null,
  });
  return {
    key: key.secret,
    account: account.name,
    balance: formatCredits(account.balanceMicro),
  };
}
