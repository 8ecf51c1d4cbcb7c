// What the operator does to the books while the house runs, from a program of its own.
import type { Ledger } from "../../src/ledger/ledger.ts";

export interface OperatorOptions {
  ledger: Ledger;
  write: <T>(operation: () => T) => T;
  /** Account ids in the order of the plan's numbers. */
  accountIds: readonly string[];
}

export interface Operator {
  /** @param account its number in the plan. */
  grant(account: number, amountMicro: number): void;
  /** What each account got by these hands, kept apart from the ledger's own figures. */
  givenMicro: ReadonlyMap<string, number>;
}

/**
 * The operator's hands. A refund or an adjustment is one more function here that adds to `givenMicro`, and one more
 * kind of happening in plan.ts, chance.ts and world.ts.
 */
export function createOperator({ ledger, write, accountIds }: OperatorOptions): Operator {
  const givenMicro = new Map(accountIds.map((id) => [id, 0]));
  return {
    givenMicro,
    grant(account, amountMicro) {
      const accountId = accountIds[account];
      if (accountId === undefined) throw new Error(`no account ${account}`);
      write(() => ledger.grant({ accountId, amountMicro, note: null, atMs: 1 }));
      givenMicro.set(accountId, (givenMicro.get(accountId) ?? 0) + amountMicro);
    },
  };
}
