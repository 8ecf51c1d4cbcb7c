// What records have in common, interned: who asked, for which model, and where that went at what price.
import type { SQLQueryBindings, Database as Sqlite } from "bun:sqlite";
import type { Terms } from "../port.ts";

/** Whose request it was, and for which model. */
export interface Asker {
  accountId: string;
  keyId: string;
  modelId: string;
}

export interface TermsBook {
  /** Returns the id of these terms, which are written when they are new. Inside of a transaction. */
  idOf(asker: Asker, terms: Terms | null): number;
  /** Ids of a transaction that was rolled back count no more. */
  ended(isCommitted: boolean): void;
}

/** Ids that are kept in memory; terms are never changed, so they stay true whoever else writes. */
const MAX_KEPT = 10_000;

/** What a request has that was abandoned, whose server could not say more. */
const NOWHERE: Terms = { providerId: "", upstreamModel: "", priceJson: null };

export function createTermsBook(sqlite: Sqlite): TermsBook {
  const findPrice = sqlite.prepare<unknown, [string]>("SELECT id FROM prices WHERE json = ?");
  const addPrice = sqlite.prepare<unknown, [string]>(
    "INSERT INTO prices (json) VALUES (?) RETURNING id",
  );
  const findTerms = sqlite.prepare<unknown, SQLQueryBindings[]>(
    `SELECT id FROM terms WHERE account_id = ? AND key_id = ? AND model_id = ?
      AND provider_id IS ? AND upstream_model IS ? AND price_id IS ?`,
  );
  const addTerms = sqlite.prepare<unknown, SQLQueryBindings[]>(
    `INSERT INTO terms (account_id, key_id, model_id, provider_id, upstream_model, price_id)
      VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
  );
  /** By terms, which are the same object for many requests, and then by who asked. */
  let known = new WeakMap<Terms, Map<string, number>>();
  let kept = 0;

  const firstOf = (rows: unknown[][]): number | undefined => rows[0]?.[0] as number | undefined;

  function priceIdOf(json: string): number {
    const id = firstOf(findPrice.values(json)) ?? firstOf(addPrice.values(json));
    if (id === undefined) throw new Error("a price was not stored");
    return id;
  }

  function stored({ accountId, keyId, modelId }: Asker, terms: Terms | null): number {
    const priceJson = terms?.priceJson ?? null;
    const priceId = priceJson === null ? null : priceIdOf(priceJson);
    const { providerId = null, upstreamModel = null } = terms ?? {};
    const values = [accountId, keyId, modelId, providerId, upstreamModel, priceId];
    const id = firstOf(findTerms.values(...values)) ?? firstOf(addTerms.values(...values));
    if (id === undefined) throw new Error("terms were not stored");
    return id;
  }

  function forget(): void {
    known = new WeakMap();
    kept = 0;
  }

  function idsAt(terms: Terms): Map<string, number> {
    const found = known.get(terms);
    if (found !== undefined) return found;
    const ids = new Map<string, number>();
    known.set(terms, ids);
    return ids;
  }

  return {
    idOf(asker, terms) {
      const name = `${asker.accountId}\n${asker.keyId}\n${asker.modelId}`;
      const found = known.get(terms ?? NOWHERE)?.get(name);
      if (found !== undefined) return found;
      const id = stored(asker, terms);
      if (kept >= MAX_KEPT) forget();
      kept++;
      idsAt(terms ?? NOWHERE).set(name, id);
      return id;
    },
    ended(isCommitted) {
      if (!isCommitted) forget();
    },
  };
}
