// `aacflow keys revoke`: refuses a key from its next request on.
import type { Command } from "commander";
import { withBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { unknownKey } from "./key-lookup.ts";
import { isoTime } from "./key-view.ts";
import { printJson, printLines } from "./output.ts";

export function addKeysRevoke(keys: Command): void {
  keys
    .command("revoke")
    .description("refuse a key from now on")
    .argument("<id>", "the key's id, as key_…")
    .action((id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const { outcome, key } = withBooks(context, ({ database, keyring }) => ({
        outcome: database.write(() => keyring.revoke(id, Date.now())),
        key: keyring.get(id),
      }));
      if (outcome === "unknown" || key === undefined) throw unknownKey(id);
      if (context.json) {
        const revokedAtMs = key.revokedAtMs ?? Date.now();
        printJson({ id, name: key.name, state: "revoked", revoked_at: isoTime(revokedAtMs) });
      } else {
        const already = outcome === "already-revoked" ? "was revoked before" : "is revoked";
        printLines([`${id} (${key.name}) ${already}: requests with it are refused.`]);
      }
    });
}
