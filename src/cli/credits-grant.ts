// `aacflow credits grant`: adds credits to an account.
import type { Command } from "commander";
import { formatCredits } from "../base/micro.ts";
import { accountByName, type Books, withBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { readName, readNote, readPositiveCredits } from "./options.ts";
import { printJson, printLines } from "./output.ts";

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
    .action((options: GrantOptions, command: Command) => {
      const context = contextOf(command);
      const balanceMicro = withBooks(context, (books) => grant(books, options));
      const amount = formatCredits(options.amount);
      const balance = formatCredits(balanceMicro);
      if (context.json) {
        printJson({ account: options.account, amount, balance, note: options.note ?? null });
      } else {
        printLines([
          `Granted ${amount} credits to ${options.account}, which now has ${balance} credits.`,
        ]);
      }
    });
}

/** Gives the new balance in micro-dollars. */
function grant({ database, ledger }: Books, options: GrantOptions): number {
  return database.write(() => {
    const account = accountByName(ledger, options.account);
    const { balanceMicro } = ledger.grant({
      accountId: account.id,
      amountMicro: options.amount,
      note: options.note ?? null,
      atMs: Date.now(),
    });
    return balanceMicro;
  });
}
