// How a key that was just made is shown, as JSON and as text.
import { formatCredits } from "../../base/micro.ts";
import type { KeyMade } from "../../operator/keys.ts";
import { fieldLines } from "../lib/table.ts";
import { isoTime, shortTime } from "../lib/time.ts";

/** The JSON of a key that was just made; the only place where the key itself is ever shown. */
export function newKeyJson({ key: { record, secret }, account }: KeyMade) {
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
export function newKeyLines({ key: { record, secret }, account }: KeyMade): string[] {
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
