// The commands by their names, and which of them a command line may mean, before it is read in full.
import type { Command } from "commander";
import { byName } from "../base/by-name.ts";

const DEFAULT_COMMAND = "serve";

/** Each is loaded when it may be meant, since a start has to wait for what it loads. */
export const COMMANDS = byName<() => Promise<(program: Command) => void>>({
  serve: async () => (await import("./serve.ts")).addServe,
  demo: async () => (await import("./demo.ts")).addDemo,
  keys: async () => (await import("./keys/keys.ts")).addKeys,
  credits: async () => (await import("./credits/credits.ts")).addCredits,
  requests: async () => (await import("./requests/requests.ts")).addRequests,
  models: async () => (await import("./models/models.ts")).addModels,
  ledger: async () => (await import("./ledger/ledger.ts")).addLedger,
  backup: async () => (await import("./backup.ts")).addBackup,
  restore: async () => (await import("./restore.ts")).addRestore,
  doctor: async () => (await import("./doctor.ts")).addDoctor,
  openapi: async () => (await import("./openapi.ts")).addOpenApi,
  licenses: async () => (await import("./licenses.ts")).addLicenses,
});

/** All of them where there may be a list of them to print; else those that are named, and the one that runs unnamed. */
export function commandsMeant(args: readonly string[]): string[] {
  const names = Object.keys(COMMANDS);
  if (args.includes("--help") || args.includes("help")) return names;
  return names.filter((name) => name === DEFAULT_COMMAND || args.includes(name));
}

/** Whether nothing but the server can be meant. */
export const meansServe = (args: readonly string[]): boolean => commandsMeant(args).length === 1;
