// The keys that were found good, by what was sent: a key that comes again costs no hash and no look-up.
import type { Clock } from "../base/clock.ts";
import type { KeyPort } from "./keyring.ts";

/** Whom a key stands for, and until when. */
export interface GoodKey {
  keyId: string;
  accountId: string;
  /** Epoch milliseconds; null for a key that does not expire. */
  expiresAtMs: number | null;
}

/** Keys in memory; with the next one all are forgotten, and those that are in use come again. */
export const MAX_KNOWN_KEYS = 10_000;
/** For so long nobody asks whether a key was changed: half of the time after which a revocation has to count. */
export const VERSION_HOLDS_MS = 50;

/**
 * Remembers what `find` resolves with for as long as no key is changed, in whichever process. What it rejects is never
 * remembered, so that a new key works at once. The returned function gives a key that is remembered without a wait, and
 * rejects with what `find` and the store throw.
 */
export function createKnownKeys(
  keys: Pick<KeyPort, "version">,
  clock: Clock,
  find: (sent: string) => Promise<GoodKey>,
): (sent: string) => GoodKey | Promise<GoodKey> {
  const known = new Map<string, GoodKey>();
  let version: number | null = null;
  let readAtMonoMs = Number.NEGATIVE_INFINITY;

  const isFresh = (nowMonoMs: number): boolean => nowMonoMs - readAtMonoMs < VERSION_HOLDS_MS;

  async function forgetWhenChanged(askedAtMonoMs: number): Promise<void> {
    const read = await keys.version();
    if (read !== version) known.clear();
    version = read;
    readAtMonoMs = askedAtMonoMs;
  }

  async function look(sent: string, askedAtMonoMs: number): Promise<GoodKey> {
    if (!isFresh(askedAtMonoMs)) {
      await forgetWhenChanged(askedAtMonoMs);
      const remembered = known.get(sent);
      if (remembered !== undefined) return remembered;
    }
    const foundAt = version;
    const key = await find(sent);
    // A change that was seen meanwhile may be this key's.
    if (foundAt === version) {
      if (known.size >= MAX_KNOWN_KEYS) known.clear();
      known.set(sent, key);
    }
    return key;
  }

  return (sent) => {
    const nowMonoMs = clock.monoMs();
    const remembered = isFresh(nowMonoMs) ? known.get(sent) : undefined;
    return remembered ?? look(sent, nowMonoMs);
  };
}
