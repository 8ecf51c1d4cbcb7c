// `aacflow credits balance`: what each account has, what is held of it, and what it can still spend.
import type { Command } from "commander";
import { formatCredits } from "../../base/micro.ts";
import type { Account } from "../../ledger/port.ts";
import { listAccounts } from "../../operator/accounts.ts";
import { withStore } from "../../operator/installation.ts";
import { contextOf } from "../lib/context.ts";
import { readName } from "../lib/options.ts";
import { printJson, printLines } from "../lib/output.ts";
import { tableLines } from "../lib/table.ts";

export function addCreditsBalance(credits: Command): void {
  credits
    .command("balance")
    .description("show balance, held and available credits of all accounts, or of one")
    .option("--account <account>", "only this account", readName)
    .action(async ({ account = null }: { account?: string | null }, command: Command) => {
      const context = contextOf(command);
      const accounts = await withStore(context, (store) => listAccounts(store, account));
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
