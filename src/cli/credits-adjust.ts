// `aacflow credits adjust`: corrects an account's balance by hand, either way, with a reason.
import type { Command } from "commander";
import { formatCredits } from "../base/micro.ts";
import { accountByName, type Books, withBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { readName, readNote, readSignedCredits } from "./options.ts";
import { printJson, printLines } from "./output.ts";

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
    .action((options: AdjustOptions, command: Command) => {
      const context = contextOf(command);
      const balanceMicro = withBooks(context, (books) => adjust(books, options));
      const amount = formatCredits(options.amount);
      const balance = formatCredits(balanceMicro);
      if (context.json) {
        printJson({ account: options.account, amount, balance, note: options.note });
      } else {
        printLines([
          `Adjusted ${options.account} by ${amount} credits; it now has ${balance} credits.`,
        ]);
      }
    });
}

/** Gives the new balance in micro-dollars. */
function adjust({ database, ledger }: Books, options: AdjustOptions): number {
  return database.write(() => {
    const account = accountByName(ledger, options.account);
    const { balanceMicro } = ledger.adjust({
      accountId: account.id,
      amountMicro: options.amount,
      note: options.note,
      atMs: Date.now(),
    });
    return balanceMicro;
  });
}
