// A real server for tests: a free port, a database file in a folder of its own, the log in memory.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MICRO_PER_CREDIT } from "../../src/base/micro.ts";
import { createGateway, type Gateway } from "../../src/calls/gateway.ts";
import { configSchema } from "../../src/config/schema.ts";
import { type Database, openDatabase } from "../../src/db/open.ts";
import { type RunningServer, startServer } from "../../src/http/server.ts";
import {
  createKeyring,
  type KeyCommands,
  type KeyReads,
  newKey as makeKey,
} from "../../src/keys/keyring.ts";
import { openStore, PATIENT } from "../../src/store.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { countTokens } from "./tokens.ts";

export interface TestServerOptions {
  /** The environment that providers are found in; empty by default. */
  env?: Record<string, string>;
  /** A raw configuration, as a file would hold it. Port 0 and log level `debug` are filled in. */
  config?: { server?: object; [section: string]: unknown };
  /** Credit of the first account; 10 credits by default, 0 for none. */
  creditsMicro?: number;
  /** Opens /metrics; shut by default. */
  metricsToken?: string;
  /** Stands between HTTP and the gateway, to make something inside fail. */
  wrapGateway?: (gateway: Gateway) => Gateway;
}

export interface NewTestKey {
  secret: string;
  id: string;
}

/** One line of the log, parsed. `level` is pino's number: 30 info, 40 warn, 50 error. */
export interface LogLine {
  level: number;
  msg: string;
  requestId?: string;
  [field: string]: unknown;
}

export interface TestServer {
  /** As `http://127.0.0.1:40123`. */
  origin: string;
  /** The origin with `/api/v1/ai`. */
  baseUrl: string;
  /** A key of the first account. */
  key: string;
  keyId: string;
  accountId: string;
  dataDir: string;
  database: Database;
  ledger: Ledger;
  keyring: KeyReads & KeyCommands;
  gateway: Gateway;
  server: RunningServer;
  /** Makes another key, of the first account unless another is named. */
  newKey(options?: { accountId?: string; expiresAtMs?: number | null }): NewTestKey;
  /** Opens another account, or finds it, and adds credit to it. */
  newAccount(name: string, creditsMicro?: number): string;
  /** All lines logged so far. */
  logLines(): LogLine[];
  /** The lines at or above a level of pino's: 40 is what an operator should look at. */
  logLinesFrom(level: number): LogLine[];
  /** Everything logged so far as text, to look for what must never be in it. */
  logText(): string;
  /** Stops the server, closes the database and removes its folder. */
  close(): Promise<void>;
}

/** Composed as `aacflow serve` does it, but for the process around it. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { env = {}, config: raw = {}, creditsMicro = 10 * MICRO_PER_CREDIT } = options;
  const config = configSchema.parse({
    ...raw,
    server: { port: 0, logLevel: "debug", ...raw.server },
  });
  const log = captureLog(config.server.logLevel);
  const dataDir = mkdtempSync(join(tmpdir(), "aacflow-server-test-"));
  const store = await openStore(dataDir, {
    ...PATIENT,
    busyTimeoutMs: 50,
    maxWaiting: config.money.commitQueue,
    lockTimeoutMs: config.money.lockTimeoutMs,
  });
  // A connection of the test's own, as that of another program.
  const database = openDatabase(dataDir, { busyTimeoutMs: 1_000 });
  const ledger = createLedger(database);
  const keyring = createKeyring(database);
  const books = booksOf({ database, ledger, keyring });
  const accountId = books.newAccount("test", creditsMicro);
  const { secret: key, id: keyId } = books.newKey(accountId);
  const gateway = await createGateway({ config, store, env, log: log.logger, countTokens });
  const wrapped = options.wrapGateway?.(gateway) ?? gateway;
  const server = await startServer({
    config,
    gateway: wrapped,
    log: log.logger,
    metricsToken: options.metricsToken ?? null,
  });

  return {
    origin: server.origin,
    baseUrl: `${server.origin}/api/v1/ai`,
    key,
    keyId,
    accountId,
    dataDir,
    database,
    ledger,
    keyring,
    gateway,
    server,
    newKey: (wanted = {}) => books.newKey(wanted.accountId ?? accountId, wanted.expiresAtMs),
    newAccount: books.newAccount,
    logLines: log.lines,
    logLinesFrom: (level) => log.lines().filter((line) => line.level >= level),
    logText: log.text,
    async close() {
      await server.stopNow();
      await store.close();
      database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function booksOf({
  database,
  ledger,
  keyring,
}: Pick<TestServer, "database" | "ledger" | "keyring">) {
  function newAccount(name: string, creditsMicro = 0): string {
    return database.write(() => {
      const atMs = Date.now();
      const { id: accountId } = ledger.ensureAccount(name, atMs);
      if (creditsMicro > 0)
        ledger.grant({ accountId, amountMicro: creditsMicro, note: null, atMs });
      return accountId;
    });
  }

  function newKey(accountId: string, expiresAtMs: number | null = null): NewTestKey {
    const nowMs = Date.now();
    const made = makeKey({ accountId, name: "test", expiresAtMs, nowMs });
    database.write(() => keyring.addKey(made.record));
    return { secret: made.secret, id: made.record.id };
  }

  return { newAccount, newKey };
}

/** A logger that keeps its lines. */
function captureLog(level: string) {
  let text = "";
  const destination = {
    write(line: string) {
      text += line;
    },
  };
  const logger = createLogger(level, destination);
  const lines = (): LogLine[] =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LogLine);
  return { logger, lines, text: () => text };
}
