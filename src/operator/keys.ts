// API keys: making, listing, revoking and rotating them.
import { newAccountId } from "../base/ids.ts";
import { OperatorError } from "../base/operator-error.ts";
import { type ApiKey, type KeyPort, type NewKey, newKey } from "../keys/keyring.ts";
import type { Account, LedgerPort } from "../ledger/port.ts";
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
  const { name, creditsMicro: amountMicro, expiresAtMs } = wish;
  const nowMs = Date.now();
  const { account, isNew } = await accountFor(store.ledger, wish, nowMs);
  const { id: accountId, name: accountName } = account;
  const key = newKey({ accountId, name, expiresAtMs, nowMs });
  const commands: Parameters<Store["together"]>[0] = [];
  if (isNew) commands.push(["openAccount", { id: accountId, name: accountName, atMs: nowMs }]);
  if (amountMicro !== 0) {
    const note = `with the key "${name}"`;
    commands.push(["grant", { accountId, amountMicro, note, atMs: nowMs }]);
  }
  commands.push(["addKey", key.record]);
  await store.together(commands);
  return { key, account: (await store.ledger.findAccount(accountId)) ?? account };
}

/** Returns every key that was ever made, oldest first, without the keys themselves. */
export async function listKeys({ keys, ledger }: Store): Promise<ListedKey[]> {
  const nowMs = Date.now();
  const names = await accountNames(ledger);
  return (await keys.listKeys()).map((key) => ({
    ...key,
    account: names.get(key.accountId) ?? key.accountId,
    state: stateOf(key, nowMs),
  }));
}

/** Refuses a key from its next request on. @throws OperatorError when there is no such key. */
export async function revokeKey({ keys }: Store, id: string): Promise<KeyRevoked> {
  const outcome = await keys.revokeKey(id, Date.now());
  return { key: await keyById(keys, id), already: outcome === "already-revoked" };
}

/**
 * Revokes a key and makes another of the same name, account and expiry, in one transaction.
 * @throws OperatorError when it is unknown, revoked or expired.
 */
export async function rotateKey({ keys, ledger }: Store, id: string): Promise<KeyMade> {
  const nowMs = Date.now();
  const old = await keyById(keys, id);
  // A successor of an expired key would be born expired, so only a working key is rotated.
  assertActive(old, nowMs);
  const { accountId, name, expiresAtMs } = old;
  const account = await ledger.findAccount(accountId);
  if (account === undefined) throw new OperatorError(`${id} cannot be rotated`);
  const key = newKey({ accountId, name, expiresAtMs, nowMs });
  await keys.replaceKey(id, key.record, nowMs);
  return { key, account };
}

/** The key of that id. @throws OperatorError when there is none. A pasted key is not repeated: terminals keep a log. */
export async function keyById(keys: KeyPort, id: string): Promise<ApiKey> {
  const key = await keys.getKey(id);
  if (key !== undefined) return key;
  if (id.startsWith("aacf_")) {
    throw new OperatorError('that is a key, not an id: "aacflow keys list" shows the ids (key_…)');
  }
  throw new OperatorError(`there is no key ${id.slice(0, 60)}: "aacflow keys list" shows the ids`);
}

/** A mistyped name must not open an account, and a key that shares nobody's credits must not happen upon one. */
async function accountFor(
  ledger: LedgerPort,
  wish: KeyWish,
  nowMs: number,
): Promise<{ account: Account; isNew: boolean }> {
  const name = wish.account ?? wish.name;
  const opens = wish.account === null || wish.opensAccount;
  if (!opens) return { account: await accountByName(ledger, name), isNew: false };
  if ((await ledger.findAccountByName(name)) !== undefined) {
    const remedy =
      wish.account === null
        ? `share its credits with --account "${name}", or name another account with --account NAME --new`
        : "leave --new out to put the key on it";
    throw new OperatorError(`there is an account "${name}" already: ${remedy}`);
  }
  const nothing = { balanceMicro: 0, heldMicro: 0 };
  return { account: { id: newAccountId(), name, createdAtMs: nowMs, ...nothing }, isNew: true };
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
