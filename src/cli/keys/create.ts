// `aacflow keys create`: a key, its account and its first credits, made together or not at all.
import type { Command } from "commander";
import { withNewStore } from "../../operator/installation.ts";
import { createKey } from "../../operator/keys.ts";
import { contextOf } from "../lib/context.ts";
import { readCredits, readExpiry, readName } from "../lib/options.ts";
import { printJson, printLines } from "../lib/output.ts";
import { newKeyJson, newKeyLines } from "./view.ts";

interface CreateOptions {
  name: string;
  account?: string;
  new?: true;
  /** Micro-dollars. */
  credits?: number;
  /** Epoch milliseconds. */
  expires?: number;
}

export function addKeysCreate(keys: Command): void {
  keys
    .command("create")
    .description("make a key, on an account of its own or on a shared one")
    .requiredOption("--name <name>", "what the key is for", readName)
    .option(
      "--account <account>",
      "whose credits it spends (default: a new account of the key's own name)",
      readName,
    )
    .option("--new", "open the account, which must not be there yet")
    .option("--credits <amount>", "credits to grant to the account, e.g. 5.00", readCredits)
    .option("--expires <when>", "30d, 12h, 45m, or a date in UTC (default: never)", readExpiry)
    .action(async (options: CreateOptions, command: Command) => {
      const context = contextOf(command);
      const wish = {
        name: options.name,
        account: options.account ?? null,
        opensAccount: options.new === true,
        creditsMicro: options.credits ?? 0,
        expiresAtMs: options.expires ?? null,
      };
      const made = await withNewStore(context, (store) => createKey(store, wish));
      if (context.json) printJson(newKeyJson(made));
      else printLines(newKeyLines(made));
    });
}
