// Accounts: finding them by name, and what each has.
import { OperatorError } from "../base/operator-error.ts";
import type { Account } from "../ledger/accounts.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Store } from "../store.ts";

/**
 * Returns all accounts by name, or only the one that is named.
 * @throws OperatorError when there is none of that name.
 */
export async function listAccounts({ ledger }: Store, name: string | null): Promise<Account[]> {
  return name === null ? ledger.listAccounts() : [accountByName(ledger, name)];
}

/** The account of that name. @throws OperatorError when there is none. */
export function accountByName(ledger: Ledger, name: string): Account {
  const account = ledger.findAccountByName(name);
  if (account !== undefined) return account;
  throw new OperatorError(
    `there is no account "${name}": "aacflow credits balance" lists the accounts, ` +
      "and keys create --account NAME --new opens one",
  );
}

/** Names of accounts by their ids. */
export const accountNames = (ledger: Ledger): Map<string, string> =>
  new Map(ledger.listAccounts().map(({ id, name }) => [id, name]));
