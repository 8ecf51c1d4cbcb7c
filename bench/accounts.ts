// Accounts with credit and a key each, in a new data folder.
import { MICRO_PER_CREDIT } from "../src/base/micro.ts";
import { withNewStore } from "../src/operator/installation.ts";
import { createKey } from "../src/operator/keys.ts";

const CREDITS = 100_000;

/** Opens accounts and returns their keys. */
export function openAccounts(dataDir: string, count: number): Promise<string[]> {
  return withNewStore({ dataDir }, async (store) => {
    const keys: string[] = [];
    for (let index = 0; index < count; index++) {
      const { key } = await createKey(store, {
        name: `account-${index}`,
        account: null,
        opensAccount: true,
        creditsMicro: CREDITS * MICRO_PER_CREDIT,
        expiresAtMs: null,
      });
      keys.push(key.secret);
    }
    return keys;
  });
}
