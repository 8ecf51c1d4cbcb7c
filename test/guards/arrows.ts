// The arrows of docs/architecture.md as data: what each room of src/ may import.

/**
 * The rooms, from the ground up: each with the rooms that it may import, all of them above it in this list. Some are
 * not built yet.
 */
export const ARROWS: readonly (readonly [room: string, mayImport: string])[] = [
  ["base", ""],
  ["config", "base"],
  ["telemetry", ""],
  ["db", "base"],
  ["ledger", "base db"],
  ["keys", "base db"],
  ["limits", "base config"],
  ["idempotency", "base db"],
  ["store", "base db ledger keys idempotency"],
  ["store-writer", "ledger store"],
  ["catalog", "base config"],
  ["pricing", "base catalog"],
  ["providers", "base config"],
  ["metering", "base config catalog pricing providers telemetry"],
  [
    "calls",
    "base config telemetry ledger keys limits idempotency store catalog pricing providers metering",
  ],
  ["operator", "base config db ledger keys store catalog pricing providers"],
  ["http", "base config telemetry ledger keys catalog pricing providers metering calls operator"],
  ["cli", "base config telemetry ledger store catalog metering calls operator http"],
  ["main", "cli"],
];

const STORES = "db ledger keys idempotency";

/** Who alone may import a package. */
export const PACKAGES: Record<string, string> = {
  elysia: "http",
  "@elysiajs": "http",
  commander: "cli",
  pino: "telemetry",
  "drizzle-orm": STORES,
  "bun:sqlite": STORES,
};

/** Who alone may import a file, beside the room that it is in. */
export const FILES: Record<string, string> = {
  "src/db/tables/money.ts": "ledger",
  "src/db/tables/keys.ts": "keys",
  "src/db/tables/answers.ts": "idempotency",
};

/** What opens something stored. Only src/store.ts imports these: all others take what it returns. */
export const OPENERS = [
  "openDatabase",
  "openSnapshot",
  "lockDataFolder",
  "createLedgerCore",
  "createKeyring",
  "createAnswerStore",
];
