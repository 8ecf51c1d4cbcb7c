// `aacflow credits balance`: what each account has, holds in deposits, and can still spend.
import type { Command } from "commander";
import { formatCredits } from "../base/micro.ts";
import type { Account } from "../ledger/accounts.ts";
import { accountByName, withBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { readName } from "./options.ts";
import { printJson, printLines } from "./output.ts";
import { tableLines } from "./table.ts";

export function addCreditsBalance(credits: Command): void {
  credits
    .command("balance")
    .description("show balance, held and available credits of all accounts, or of one")
    .option("--account <account>", "only this account", readName)
    .action(({ account: name }: { account?: string }, command: Command) => {
      const context = contextOf(command);
      const accounts = withBooks(context, ({ ledger }) =>
        name === undefined ? ledger.listAccounts() : [accountByName(ledger, name)],
      );
      if (context.json) printJson({ accounts: accounts.map(toJson) });
      else printLines(toLines(accounts));
    });
}

const toJson = (account: Account) => ({
  account: account.name,
  account_id: account.id,
  balance: formatCredits(account.balanceMicro),
  held: formatCredits(account.heldMicro),
  available: formatCredits(account.balanceMicro - account.heldMicro),
});

function toLines(accounts: readonly Account[]): string[] {
  const rows = accounts
    .map(toJson)
    .map(({ account, balance, held, available }) => [account, balance, held, available]);
  return tableLines(
    [
      { title: "ACCOUNT" },
      { title: "BALANCE", align: "right" },
      { title: "HELD", align: "right" },
      { title: "AVAILABLE", align: "right" },
    ],
    rows,
  );
}
