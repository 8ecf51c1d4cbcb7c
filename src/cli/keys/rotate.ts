// `aacflow keys rotate`: a fresh key in the place of another, both changed in one transaction.
import type { Command } from "commander";
import { withStore } from "../../operator/installation.ts";
import { rotateKey } from "../../operator/keys.ts";
import { contextOf } from "../lib/context.ts";
import { printJson, printLines } from "../lib/output.ts";
import { newKeyJson, newKeyLines } from "./view.ts";

export function addKeysRotate(keys: Command): void {
  keys
    .command("rotate")
    .description("revoke a key and make another of the same name, account and expiry")
    .argument("<id>", "the key's id, as key_…")
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const made = await withStore(context, (store) => rotateKey(store, id));
      if (context.json) printJson({ ...newKeyJson(made), replaces: id });
      else printLines([...newKeyLines(made), `${id} is revoked.`]);
    });
}
