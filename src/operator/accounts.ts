// Accounts: finding them by name, and what each has.
import { OperatorError } from "../base/operator-error.ts";
import type { Account, LedgerPort } from "../ledger/port.ts";
import type { Store } from "../store.ts";

/**
 * Returns all accounts by name, or only the one that is named.
 * @throws OperatorError when there is none of that name.
 */
export async function listAccounts({ ledger }: Store, name: string | null): Promise<Account[]> {
  return name === null ? ledger.listAccounts() : [await accountByName(ledger, name)];
}

/** The account of that name. @throws OperatorError when there is none. */
export async function accountByName(ledger: LedgerPort, name: string): Promise<Account> {
  const account = await ledger.findAccountByName(name);
  if (account !== undefined) return account;
  throw new OperatorError(
    `there is no account "${name}": "aacflow credits balance" lists the accounts, ` +
      "and keys create --account NAME --new opens one",
  );
}

/** Names of accounts by their ids. */
export const accountNames = async (ledger: LedgerPort): Promise<Map<string, string>> =>
  new Map((await ledger.listAccounts()).map(({ id, name }) => [id, name]));
