// `aacflow keys list`: every key that was ever made, without the keys themselves.
import type { Command } from "commander";
import { withStore } from "../../operator/installation.ts";
import { type ListedKey, listKeys } from "../../operator/keys.ts";
import { contextOf } from "../lib/context.ts";
import { printJson, printLines } from "../lib/output.ts";
import { tableLines } from "../lib/table.ts";
import { isoTime, shortTime } from "../lib/time.ts";

export function addKeysList(keys: Command): void {
  keys
    .command("list")
    .description("list all keys, oldest first")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const listed = await withStore(context, listKeys);
      if (context.json) printJson({ keys: listed.map(toJson) });
      else printLines(toLines(listed));
    });
}

const toJson = (key: ListedKey) => ({
  id: key.id,
  name: key.name,
  account: key.account,
  display: key.display,
  created_at: isoTime(key.createdAtMs),
  expires_at: key.expiresAtMs === null ? null : isoTime(key.expiresAtMs),
  revoked_at: key.revokedAtMs === null ? null : isoTime(key.revokedAtMs),
  state: key.state,
});

function toLines(keys: readonly ListedKey[]): string[] {
  if (keys.length === 0) return ["No keys yet: make one with aacflow keys create --name NAME"];
  const titles = ["ID", "NAME", "ACCOUNT", "KEY", "CREATED", "EXPIRES", "STATE"];
  const rows = keys.map((key) => [
    key.id,
    key.name,
    key.account,
    key.display,
    shortTime(key.createdAtMs),
    key.expiresAtMs === null ? "never" : shortTime(key.expiresAtMs),
    key.state,
  ]);
  return tableLines(
    titles.map((title) => ({ title })),
    rows,
  );
}
