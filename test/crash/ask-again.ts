// After a restart clients send some of their requests again under the same keys: paid once, whatever the crash met.

import type { Random } from "../support/random.ts";
import { countsKey, expectEqual, type Watermark } from "./check.ts";
import { ask } from "./client.ts";
import type { AccountName } from "./plan.ts";
import { BrokenPromise, type KeyMemory, type Promises } from "./promises.ts";

/** Keys of the last cycle, and of all before it, that are tried after each restart. */
const FRESH_TRIED = 4;
const OLD_TRIED = 1;
/** Orders that take longer are not tried again: the run would mostly wait for them. */
const QUICK_MS = 40;

export interface AskingAgain {
  baseUrl: string;
  accounts: Record<AccountName, string>;
  promises: Promises;
  mark: Watermark;
  /** How many keys were known before this cycle. */
  keysBefore: number;
}

/** How the keys that were tried came out. */
export interface AgainCounts {
  replayed: number;
  ranAgain: number;
}

/** @throws BrokenPromise when a key was answered otherwise than the books and the client's memory have it. */
export async function askAgain(again: AskingAgain, random: Random): Promise<AgainCounts> {
  const known = [...again.promises.remembered.values()];
  const fresh = known.slice(again.keysBefore).filter(isQuick);
  const tried = [
    ...sample(fresh, FRESH_TRIED, random),
    ...sample(known.slice(0, again.keysBefore).filter(isQuick), OLD_TRIED, random),
  ];
  const replays = await Promise.all(tried.map((memory) => askOnce(again, memory)));
  const replayed = replays.filter(Boolean).length;
  return { replayed, ranAgain: replays.length - replayed };
}

const isQuick = ({ plan: { order, stream } }: KeyMemory): boolean =>
  order.firstMs + (stream ? order.gapMs * order.words : 0) <= QUICK_MS;

function sample<T>(from: readonly T[], size: number, random: Random): T[] {
  const left = [...from];
  const taken: T[] = [];
  while (taken.length < size && left.length > 0) {
    taken.push(...left.splice(random.below(left.length), 1));
  }
  return taken;
}

/** Whether it was a replay. */
async function askOnce(again: AskingAgain, { plan, answer }: KeyMemory): Promise<boolean> {
  const { baseUrl, accounts, promises, mark } = again;
  const charged = mark.whole.get(countsKey(plan.order)) ?? null;
  if (answer !== null) expectEqual(`charged request of ${plan.key}`, charged, answer.requestId);
  const target = { baseUrl, key: accounts[plan.account] };
  // A key in progress would be a 409, which only a duplicate may get.
  const asked = await ask(target, { ...plan, leave: null, duplicateAfterMs: null }, promises);
  if (asked === null) throw new BrokenPromise(`${plan.key} was not answered after the restart`);
  expectEqual(`replay of ${plan.key} (${asked.requestId})`, asked.replayOf, charged);
  if (charged !== null) {
    expectEqual(`status of the replay of ${plan.key}`, asked.status, 200);
    expectEqual(`wholeness of the replay of ${plan.key}`, asked.isWhole, true);
  }
  return asked.replayOf !== null;
}
