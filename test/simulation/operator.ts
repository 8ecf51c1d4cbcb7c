// What the operator does to the books while the house runs, from a program of its own.

import { OperatorError } from "../../src/base/operator-error.ts";
import type { Ledger } from "../support/ledger.ts";
import { must } from "./journey.ts";
import type { Rows } from "./rows.ts";

export interface OperatorOptions {
  ledger: Ledger;
  write: <T>(operation: () => T) => T;
  read: () => Rows;
  /** Account ids in the order of the plan's numbers. */
  accountIds: readonly string[];
}

export interface Operator {
  /** @param account its number in the plan. */
  grant(account: number, amountMicro: number): void;
  /** @param amountMicro null for all that is left of the charge. */
  refund(requestId: string, amountMicro: number | null): void;
  /** @param account its number in the plan. */
  adjust(account: number, amountMicro: number): void;
  /** What each account got by these hands, kept apart from the ledger's own figures. */
  givenMicro: ReadonlyMap<string, number>;
}

/** The operator's hands: what may be done is worked out from the rows, and the ledger must see it the same way. */
export function createOperator(options: OperatorOptions): Operator {
  const { ledger, write, read, accountIds } = options;
  const givenMicro = new Map(accountIds.map((id) => [id, 0]));
  const note = "by hand";

  function attempt(mayBe: boolean, accountId: string, amountMicro: number, act: () => void): void {
    try {
      write(act);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      must(!mayBe, "the operator is refused only what breaks a rule", () => error.message);
      return;
    }
    must(mayBe, "the operator is refused what breaks a rule");
    givenMicro.set(accountId, (givenMicro.get(accountId) ?? 0) + amountMicro);
  }

  const idOf = (account: number): string => {
    const accountId = accountIds[account];
    if (accountId === undefined) throw new Error(`no account ${account}`);
    return accountId;
  };

  return {
    givenMicro,
    grant(account, amountMicro) {
      const accountId = idOf(account);
      attempt(amountMicro > 0, accountId, amountMicro, () =>
        ledger.grant({ accountId, amountMicro, note, atMs: 1 }),
      );
    },
    refund(requestId, wishMicro) {
      const { records, entries } = read();
      const record = records.find(({ id }) => id === requestId);
      const back = entries.filter((one) => one.kind === "refund" && one.requestId === requestId);
      const leftMicro = back.reduce((sum, { amount }) => sum - amount, record?.charged ?? 0);
      const amountMicro = wishMicro ?? leftMicro;
      const mayBe = leftMicro > 0 && amountMicro > 0 && amountMicro <= leftMicro;
      attempt(mayBe, record?.accountId ?? "", amountMicro, () =>
        ledger.refund({ requestId, amountMicro: wishMicro, note, atMs: 1 }),
      );
    },
    adjust(account, amountMicro) {
      const accountId = idOf(account);
      const row = read().accounts.find(({ id }) => id === accountId);
      const availableMicro = (row?.balance ?? 0) - (row?.held ?? 0);
      attempt(amountMicro !== 0 && -amountMicro <= availableMicro, accountId, amountMicro, () =>
        ledger.adjust({ accountId, amountMicro, note, atMs: 1 }),
      );
    },
  };
}
