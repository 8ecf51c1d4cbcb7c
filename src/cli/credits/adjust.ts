// `aacflow credits adjust`: corrects an account's balance by hand, either way, with a reason.
import type { Command } from "commander";
import { formatCredits } from "../../base/micro.ts";
import { adjustCredits } from "../../operator/credits.ts";
import { withStore } from "../../operator/installation.ts";
import { contextOf } from "../lib/context.ts";
import { readName, readNote, readSignedCredits } from "../lib/options.ts";
import { printJson, printLines } from "../lib/output.ts";

interface AdjustOptions {
  account: string;
  /** Micro-dollars, signed. */
  amount: number;
  note: string;
}

export function addCreditsAdjust(credits: Command): void {
  credits
    .command("adjust")
    .description("correct an account's balance, up or down; never below what is held")
    .requiredOption("--account <account>", "the account's name", readName)
    .requiredOption("--amount <amount>", "credits to add, or to take: -1.50", readSignedCredits)
    .requiredOption("--note <text>", "why, for the ledger", readNote)
    .action(async (options: AdjustOptions, command: Command) => {
      const context = contextOf(command);
      const { account, note } = options;
      const wish = { account, amountMicro: options.amount, note };
      const { balanceMicro } = await withStore(context, (store) => adjustCredits(store, wish));
      const amount = formatCredits(options.amount);
      const balance = formatCredits(balanceMicro);
      if (context.json) printJson({ account, amount, balance, note });
      else printLines([`Adjusted ${account} by ${amount} credits; it now has ${balance} credits.`]);
    });
}
