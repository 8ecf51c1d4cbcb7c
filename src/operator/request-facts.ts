// A request as the operator sees it: what its owner sees, and whose it is.
import { formatCredits } from "../base/micro.ts";
import type { OpenHold, RequestRecord } from "../ledger/port.ts";
import type { Store } from "../store.ts";
import { accountNames } from "./accounts.ts";
import { type RequestView, viewOfEnded, viewOfRunning } from "./request-view.ts";

/** A request in the words of the API. */
export interface RequestFacts extends Omit<RequestView, "object"> {
  account: string;
  account_id: string;
  key_id: string;
  key_name: string | null;
  /** The model's name at its provider. */
  upstream_model: string | null;
  /** What an estimate came to beyond the hold; never charged. */
  unbilled: string;
  ended_at: string | null;
}

/** Describes requests of this store; the names of accounts and keys are read once. */
export async function createRequestFacts({ ledger, keys: keyring }: Store) {
  const accounts = await accountNames(ledger);
  const keys = new Map((await keyring.listKeys()).map(({ id, name }) => [id, name]));

  function owned(row: Pick<RequestRecord, "accountId" | "keyId">, upstreamModel: string | null) {
    return {
      account: accounts.get(row.accountId) ?? row.accountId,
      account_id: row.accountId,
      key_id: row.keyId,
      key_name: keys.get(row.keyId) ?? null,
      upstream_model: upstreamModel,
    };
  }

  return {
    async ofEnded(record: RequestRecord): Promise<RequestFacts> {
      const { object: _, ...view } = viewOfEnded(record, await ledger.refundedMicro(record.id));
      return {
        ...view,
        ...owned(record, record.upstreamModel),
        unbilled: formatCredits(record.unbilledMicro),
        ended_at: new Date(record.endedAtMs).toISOString(),
      };
    },
    ofRunning(running: OpenHold): RequestFacts {
      const { object: _, ...view } = viewOfRunning(running);
      return { ...view, ...owned(running, null), unbilled: formatCredits(0), ended_at: null };
    },
  };
}
