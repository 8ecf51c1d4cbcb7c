// `aacflow credits grant`: adds credits to an account.
import type { Command } from "commander";
import { formatCredits } from "../../base/micro.ts";
import { grantCredits } from "../../operator/credits.ts";
import { withStore } from "../../operator/installation.ts";
import { contextOf } from "../lib/context.ts";
import { readName, readNote, readPositiveCredits } from "../lib/options.ts";
import { printJson, printLines } from "../lib/output.ts";

interface GrantOptions {
  account: string;
  /** Micro-dollars. */
  amount: number;
  note?: string;
}

export function addCreditsGrant(credits: Command): void {
  credits
    .command("grant")
    .description("add credits to an account")
    .requiredOption("--account <account>", "the account's name", readName)
    .requiredOption("--amount <amount>", "credits to add, e.g. 10.00", readPositiveCredits)
    .option("--note <text>", "a note for the ledger", readNote)
    .action(async (options: GrantOptions, command: Command) => {
      const context = contextOf(command);
      const { account, note = null } = options;
      const wish = { account, amountMicro: options.amount, note };
      const { balanceMicro } = await withStore(context, (store) => grantCredits(store, wish));
      const amount = formatCredits(options.amount);
      const balance = formatCredits(balanceMicro);
      if (context.json) printJson({ account, amount, balance, note });
      else
        printLines([`Granted ${amount} credits to ${account}, which now has ${balance} credits.`]);
    });
}
