// `aacflow keys revoke`: refuses a key, in a running server within 100 ms.
import type { Command } from "commander";
import { withStore } from "../../operator/installation.ts";
import { revokeKey } from "../../operator/keys.ts";
import { contextOf } from "../lib/context.ts";
import { printJson, printLines } from "../lib/output.ts";
import { isoTime } from "../lib/time.ts";

export function addKeysRevoke(keys: Command): void {
  keys
    .command("revoke")
    .description("refuse a key from now on")
    .argument("<id>", "the key's id, as key_…")
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const { key, already } = await withStore(context, (store) => revokeKey(store, id));
      if (context.json) {
        const revokedAtMs = key.revokedAtMs ?? Date.now();
        printJson({ id, name: key.name, state: "revoked", revoked_at: isoTime(revokedAtMs) });
      } else {
        const done = already ? "was revoked before" : "is revoked";
        printLines([`${id} (${key.name}) ${done}: requests with it are refused.`]);
      }
    });
}
