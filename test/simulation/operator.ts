// What the operator does to the books while the house runs, from a program of its own.
import type { Ledger } from "../../src/ledger/ledger.ts";

export interface OperatorOptions {
  ledger: Ledger;
  write: <T>(operation: () => T) => T;
  /** Account ids in the order of the plan's numbers. */
  accountIds: readonly string[];
}

/**
 * The operator's hands. `givenMicro` is what each account got by them, kept apart from the ledger's own figures. A
 * refund or an adjustment is one more function here, one more kind of happening in plan.ts, and a term of the sum in
 * world.ts.
 */
export function createOperator({ ledger, write, accountIds }: OperatorOptions) {
  const givenMicro = accountIds.map(() => 0);

  function grant(account: number, amountMicro: number): void {
    const accountId = accountIds[account] ?? "";
    write(() => ledger.grant({ accountId, amountMicro, note: null, atMs: 1 }));
    givenMicro[account] = (givenMicro[account] ?? 0) + amountMicro;
  }

  return { grant, givenMicro };
}
