// API keys: making, listing, revoking and rotating them.
import { OperatorError } from "../base/operator-error.ts";
import type { ApiKey, Keyring, NewKey } from "../keys/keyring.ts";
import type { Account } from "../ledger/accounts.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Store } from "../store.ts";
import { accountByName, accountNames } from "./accounts.ts";

export type KeyState = "active" | "expired" | "revoked";

export interface KeyWish {
  name: string;
  /** Whose credits it spends; null for a new account of the key's own name. */
  account: string | null;
  /** Open the account rather than find it. */
  opensAccount: boolean;
  /** Granted to the account; zero for none. */
  creditsMicro: number;
  /** Epoch milliseconds; null for a key that does not expire. */
  expiresAtMs: number | null;
}

/** A key that was just made, and the account whose credits it spends. */
export interface KeyMade {
  key: NewKey;
  account: Account;
}

export interface ListedKey extends ApiKey {
  /** The account's name. */
  account: string;
  state: KeyState;
}

export interface KeyRevoked {
  key: ApiKey;
  /** Whether it had been revoked before. */
  already: boolean;
}

/**
 * Makes a key, its account and its first credits, together or not at all.
 * @throws OperatorError when the account is not there, or is and should not be, or its balance would be too large.
 */
export async function createKey(store: Store, wish: KeyWish): Promise<KeyMade> {
  const { database, ledger, keyring } = store;
  const { name, creditsMicro, expiresAtMs } = wish;
  const nowMs = Date.now();
  return database.write(() => {
    const account = accountFor(ledger, wish, nowMs);
    const { balanceMicro } =
      creditsMicro === 0
        ? account
        : ledger.grant({
            accountId: account.id,
            amountMicro: creditsMicro,
            note: `with the key "${name}"`,
            atMs: nowMs,
          });
    const key = keyring.create({ accountId: account.id, name, expiresAtMs, nowMs });
    return { key, account: { ...account, balanceMicro } };
  });
}

/** Returns every key that was ever made, oldest first, without the keys themselves. */
export async function listKeys({ keyring, ledger }: Store): Promise<ListedKey[]> {
  const nowMs = Date.now();
  const names = accountNames(ledger);
  return keyring.list().map((key) => ({
    ...key,
    account: names.get(key.accountId) ?? key.accountId,
    state: stateOf(key, nowMs),
  }));
}

/** Refuses a key from its next request on. @throws OperatorError when there is no such key. */
export async function revokeKey({ database, keyring }: Store, id: string): Promise<KeyRevoked> {
  const outcome = database.write(() => keyring.revoke(id, Date.now()));
  return { key: keyById(keyring, id), already: outcome === "already-revoked" };
}

/**
 * Revokes a key and makes another of the same name, account and expiry, in one transaction.
 * @throws OperatorError when it is unknown, revoked or expired.
 */
export async function rotateKey(store: Store, id: string): Promise<KeyMade> {
  const { database, keyring, ledger } = store;
  return database.write(() => {
    const nowMs = Date.now();
    // A successor of an expired key would be born expired, so only a working key is rotated.
    assertActive(keyById(keyring, id), nowMs);
    const key = keyring.rotate(id, nowMs);
    const account = key === null ? undefined : ledger.findAccount(key.record.accountId);
    if (key === null || account === undefined) throw new OperatorError(`${id} cannot be rotated`);
    return { key, account };
  });
}

/** The key of that id. @throws OperatorError when there is none. A pasted key is not repeated: terminals keep a log. */
export function keyById(keyring: Keyring, id: string): ApiKey {
  const key = keyring.get(id);
  if (key !== undefined) return key;
  if (id.startsWith("aacf_")) {
    throw new OperatorError('that is a key, not an id: "aacflow keys list" shows the ids (key_…)');
  }
  throw new OperatorError(`there is no key ${id.slice(0, 60)}: "aacflow keys list" shows the ids`);
}

/** A mistyped name must not open an account, and a key that shares nobody's credits must not happen upon one. */
function accountFor(ledger: Ledger, wish: KeyWish, nowMs: number): Account {
  const name = wish.account ?? wish.name;
  const opens = wish.account === null || wish.opensAccount;
  if (!opens) return accountByName(ledger, name);
  if (ledger.findAccountByName(name) !== undefined) {
    const remedy =
      wish.account === null
        ? `share its credits with --account "${name}", or name another account with --account NAME --new`
        : "leave --new out to put the key on it";
    throw new OperatorError(`there is an account "${name}" already: ${remedy}`);
  }
  return ledger.ensureAccount(name, nowMs);
}

function assertActive(key: ApiKey, nowMs: number): void {
  const state = stateOf(key, nowMs);
  if (state === "active") return;
  throw new OperatorError(`${key.id} is ${state}: make a new key with aacflow keys create`);
}

function stateOf(key: ApiKey, nowMs: number): KeyState {
  if (key.revokedAtMs !== null) return "revoked";
  return key.expiresAtMs !== null && key.expiresAtMs <= nowMs ? "expired" : "active";
}
