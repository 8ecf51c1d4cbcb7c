// Requests: which there were, and what became of one.
import { OperatorError } from "../base/operator-error.ts";
import type { Ending } from "../ledger/ending.ts";
import type { Store } from "../store.ts";
import { accountByName } from "./accounts.ts";
import { keyById } from "./keys.ts";
import { createRequestFacts, type RequestFacts } from "./request-facts.ts";

/** The state of a request that has no ending yet. */
export const IN_PROGRESS = "in_progress";

/** Which requests are wanted; null matches all. */
export interface RequestsWish {
  /** An account's name. */
  account: string | null;
  /** A key's id. */
  key: string | null;
  /** As it was asked for, or as its provider calls it. */
  model: string | null;
  provider: string | null;
  ending: Ending | typeof IN_PROGRESS | null;
  /** Epoch milliseconds: those that arrived then or later. */
  sinceMs: number | null;
  /** Requests on a page. */
  limit: number;
  /** Only those that ended before this one, by its id: the next page. */
  before: string | null;
}

export interface RequestsPage {
  requests: RequestFacts[];
  /** Give it as `before` for the next page; null on the last one. */
  nextBefore: string | null;
}

/**
 * Returns a page of requests: those in progress, then the last to end first.
 * @throws OperatorError when account, key or the request of `before` is unknown.
 */
export async function listRequests(store: Store, wish: RequestsWish): Promise<RequestsPage> {
  const { ledger, keys } = store;
  const { ending, limit, before } = wish;
  if (wish.key !== null) await keyById(keys, wish.key);
  if (before !== null && (await ledger.findRecord(before)) === undefined) {
    throw new OperatorError(`no request ${before} has ended: give --before an id of the list`);
  }
  const filter = {
    accountId: wish.account === null ? null : (await accountByName(ledger, wish.account)).id,
    keyId: wish.key,
    model: wish.model,
    providerId: wish.provider,
    sinceMs: wish.sinceMs,
  };
  const facts = await createRequestFacts(store);
  const withRunning = before === null && (ending === null || ending === IN_PROGRESS);
  const running = withRunning ? await ledger.findAllRunning(filter, limit) : [];
  const shown = running.map(facts.ofRunning);
  const left = limit - shown.length;
  if (ending === IN_PROGRESS || left === 0) return { requests: shown, nextBefore: null };
  const ended = await ledger.findRequests({ ...filter, ending }, { limit: left, before });
  return {
    requests: [...shown, ...(await Promise.all(ended.requests.map(facts.ofEnded)))],
    nextBefore: ended.nextBefore,
  };
}

/** Returns all that is kept of one request. @throws OperatorError when there is none of that id. */
export async function showRequest(store: Store, id: string): Promise<RequestFacts> {
  const { ledger } = store;
  const facts = await createRequestFacts(store);
  const record = await ledger.findRecord(id);
  if (record !== undefined) return facts.ofEnded(record);
  const running = await ledger.findRunning(id);
  if (running !== undefined) return facts.ofRunning(running);
  throw new OperatorError(
    `there is no request ${id}: those that were refused before their hold are in the log alone`,
  );
}
