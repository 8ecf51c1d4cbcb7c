// `aacflow keys rotate`: a fresh key in the place of another, both changed in one transaction.
import type { Command } from "commander";
import { type Books, withBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { CliError } from "./failure.ts";
import { activeKey } from "./key-lookup.ts";
import { newKeyJson, newKeyLines } from "./key-view.ts";
import { printJson, printLines } from "./output.ts";

export function addKeysRotate(keys: Command): void {
  keys
    .command("rotate")
    .description("revoke a key and make another of the same name, account and expiry")
    .argument("<id>", "the key's id, as key_…")
    .action((id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const { key, account } = withBooks(context, (books) => rotate(books, id));
      if (context.json) printJson({ ...newKeyJson(key, account), replaces: id });
      else printLines([...newKeyLines(key, account), `${id} is revoked.`]);
    });
}

function rotate({ database, keyring, ledger }: Books, id: string) {
  return database.write(() => {
    const nowMs = Date.now();
    // A successor of an expired key would be born expired, so only a working key is rotated.
    activeKey(keyring, id, nowMs);
    const key = keyring.rotate(id, nowMs);
    const account = key === null ? undefined : ledger.findAccount(key.record.accountId);
    if (key === null || account === undefined) throw new CliError(`${id} cannot be rotated`);
    return { key, account };
  });
}
