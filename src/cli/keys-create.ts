// `aacflow keys create`: a key, its account and its first credits, made together or not at all.
import type { Command } from "commander";
import type { NewKey } from "../keys/keyring.ts";
import type { Account } from "../ledger/accounts.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { accountByName, type Books, withNewBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { CliError } from "./failure.ts";
import { newKeyJson, newKeyLines } from "./key-view.ts";
import { readCredits, readExpiry, readName } from "./options.ts";
import { printJson, printLines } from "./output.ts";

export interface KeyWish {
  name: string;
  /** Whose credits it spends; absent for an account of its own, with the key's name. */
  account?: string;
  /** Open the account rather than find it. */
  new?: true;
  /** Granted to the account, in micro-dollars; zero for none. */
  credits: number;
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
 * @throws CliError when the account is not there, or is and should not be; LedgerError when the balance would be too
 * large.
 */
export function createKey(books: Books, wish: KeyWish): { key: NewKey; account: Account } {
  const { database, ledger, keyring } = books;
  const nowMs = Date.now();
  return database.write(() => {
    const account = accountFor(ledger, wish, nowMs);
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

/** A mistyped name must not open an account, and a key that shares nobody's credits must not happen upon one. */
function accountFor(ledger: Ledger, wish: KeyWish, nowMs: number): Account {
  const name = wish.account ?? wish.name;
  const opens = wish.account === undefined || wish.new === true;
  if (!opens) return accountByName(ledger, name);
  if (ledger.findAccountByName(name) !== undefined) {
    const remedy =
      wish.account === undefined
        ? `share its credits with --account "${name}", or name another account with --account NAME --new`
        : "leave --new out to put the key on it";
    throw new CliError(`there is an account "${name}" already: ${remedy}`);
  }
  return ledger.ensureAccount(name, nowMs);
}
