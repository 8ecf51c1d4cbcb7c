// `aacflow keys create`: a key, its account and its first credits, made together or not at all.
import type { Command } from "commander";
import type { NewKey } from "../keys/keyring.ts";
import type { Account } from "../ledger/accounts.ts";
import { type Books, withNewBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { newKeyJson, newKeyLines } from "./key-view.ts";
import { readCredits, readExpiry, readName } from "./options.ts";
import { printJson, printLines } from "./output.ts";

export interface KeyWish {
  name: string;
  account: string;
  /** Granted to the account, in micro-dollars; zero for none. */
  credits: number;
  /** Epoch milliseconds. */
  expires?: number;
}

export function addKeysCreate(keys: Command): void {
  keys
    .command("create")
    .description("make a key, and its account where there is none of that name")
    .requiredOption("--name <name>", "what the key is for", readName)
    .option("--account <account>", "whose credits it spends", readName, "default")
    .option("--credits <amount>", "credits to grant to the account, e.g. 5.00", readCredits)
    .option("--expires <when>", "30d, 12h, 45m, or a date in UTC (default: never)", readExpiry)
    .action((options: Omit<KeyWish, "credits"> & { credits?: number }, command: Command) => {
      const context = contextOf(command);
      const wish = { ...options, credits: options.credits ?? 0 };
      withNewBooks(context, (books) => {
        const { key, account } = createKey(books, wish);
        if (context.json) printJson(newKeyJson(key, account));
        else printLines(newKeyLines(key, account));
      });
    });
}

/**
 * Makes account, key and grant in one transaction.
 * @throws LedgerError when the balance would be too large.
 */
export function createKey(books: Books, wish: KeyWish): { key: NewKey; account: Account } {
  const { database, ledger, keyring } = books;
  const nowMs = Date.now();
  return database.write(() => {
    const account = ledger.ensureAccount(wish.account, nowMs);
    const money =
      wish.credits === 0
        ? account
        : ledger.grant({
            accountId: account.id,
            amountMicro: wish.credits,
            note: `with the key "${wish.name}"`,
            atMs: nowMs,
          });
    const { name } = wish;
    const expiresAtMs = wish.expires ?? null;
    const key = keyring.create({ accountId: account.id, name, expiresAtMs, nowMs });
    return { key, account: { ...account, balanceMicro: money.balanceMicro } };
  });
}
