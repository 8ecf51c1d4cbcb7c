// The real ledger, with the rules of its two hot operations checked inside of their transaction.
import type { HoldOutcome, HoldRequest, RequestEnd, Settlement } from "../../src/ledger/holds.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { OUTPUT_SHARE } from "./house.ts";
import { type Journey, must } from "./journey.ts";
import { boundOf, leastOf, namedLimit } from "./oracle.ts";
import type { AccountRow, Rows } from "./rows.ts";

type Read = () => Rows;

/** @param read the rows as the transaction sees them. */
export function watchedLedger(ledger: Ledger, read: Read, find: (id: string) => Journey): Ledger {
  const accountOf = (id: string): AccountRow => {
    const account = read().accounts.find((row) => row.id === id);
    if (account === undefined) throw new Error(`no account ${id}`);
    return account;
  };
  return {
    ...ledger,
    placeHold(request) {
      const before = accountOf(request.accountId);
      const outcome = ledger.placeHold(request);
      checkHold(find(request.requestId), request, before, outcome);
      return outcome;
    },
    endHold(end) {
      const hold = read().holds.find(({ requestId }) => requestId === end.requestId);
      const settlement = ledger.endHold(end);
      must((hold === undefined) === (settlement === null), "a request ends once");
      if (hold !== undefined && settlement !== null) {
        checkSettlement(end, hold.amount, accountOf(hold.accountId), settlement);
      }
      return settlement;
    },
  };
}

function checkHold(
  journey: Journey,
  request: HoldRequest,
  before: AccountRow,
  outcome: HoldOutcome,
): void {
  const available = before.balance - before.held;
  const least = leastOf(journey);
  must(request.accountId === journey.accountId, "the deposit is the payer's");
  if (!outcome.held) {
    must(least > available, "only what is not covered is refused", () => `${least} ${available}`);
    return;
  }
  const amount = outcome.amountMicro;
  must(amount <= available, "a deposit is within what is available");
  must(amount >= least, "a deposit covers the input and the least output");
  if (namedLimit(journey) !== null) must(amount === least, "a named limit sets the deposit");
  const most = Math.max(least, boundOf(journey, 0) + Math.floor(available / OUTPUT_SHARE));
  must(amount <= most, "without a limit only a share is held", () => `${amount} ${most}`);
}

function checkSettlement(
  { costMicro }: RequestEnd,
  deposit: number,
  { balance, held }: AccountRow,
  settlement: Settlement,
): void {
  const { chargedMicro, shortfallMicro, heldByRequestMicro, balanceMicro, heldMicro } = settlement;
  must(chargedMicro + shortfallMicro === costMicro, "all of the cost is charged or written off");
  must(chargedMicro >= 0 && shortfallMicro >= 0, "neither is negative");
  must(shortfallMicro === 0 || balance === held, "written off is what the account cannot pay");
  must(heldByRequestMicro === deposit, "the settlement tells the deposit");
  must(balanceMicro === balance && heldMicro === held, "the settlement tells the account");
}
