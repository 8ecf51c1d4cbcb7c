// How keys are shown, as JSON and as text.
import { formatCredits } from "../base/micro.ts";
import type { ApiKey, NewKey } from "../keys/keyring.ts";
import type { Account } from "../ledger/accounts.ts";
import { fieldLines } from "./table.ts";

export type KeyState = "active" | "expired" | "revoked";

/** Whether a key is taken at a moment, and why not. */
export function stateOf(key: ApiKey, nowMs: number): KeyState {
  if (key.revokedAtMs !== null) return "revoked";
  return key.expiresAtMs !== null && key.expiresAtMs <= nowMs ? "expired" : "active";
}

/** A moment as people and programs read it, e.g. `2026-11-22T10:00:00.000Z`. */
export const isoTime = (atMs: number): string => new Date(atMs).toISOString();

/** Text for a table: to the second, in UTC. */
export const shortTime = (atMs: number): string =>
  `${isoTime(atMs).slice(0, 19).replace("T", " ")}Z`;

/** The JSON of a key that was just made; the only place where the key itself is ever shown. */
export function newKeyJson({ record, secret }: NewKey, account: Account) {
  return {
    id: record.id,
    key: secret,
    name: record.name,
    account: account.name,
    balance: formatCredits(account.balanceMicro),
    account_id: account.id,
    display: record.display,
    created_at: isoTime(record.createdAtMs),
    expires_at: record.expiresAtMs === null ? null : isoTime(record.expiresAtMs),
  };
}

/** The text for a key that was just made. */
export function newKeyLines({ record, secret }: NewKey, account: Account): string[] {
  return [
    ...fieldLines([
      ["Key", secret],
      ["Id", record.id],
      ["Name", record.name],
      ["Account", account.name],
      ["Balance", `${formatCredits(account.balanceMicro)} credits`],
      ["Expires", record.expiresAtMs === null ? "never" : shortTime(record.expiresAtMs)],
    ]),
    "",
    "Keep the key now: only its hash is stored, so it cannot be shown again.",
  ];
}
