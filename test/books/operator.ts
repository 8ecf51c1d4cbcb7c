// The operator during the load: tops up the poor, gives back what some requests cost, and corrects a balance.
import { command, type Place } from "./gateway.ts";
import type { Outcome, Payers } from "./load/run-load.ts";
import { decimal } from "./price.ts";

/** What the operator put into the accounts, in micro-dollars. */
export interface OperatorSums {
  granted: bigint;
  refunded: bigint;
  adjusted: bigint;
}

export interface Operator {
  /** Told how many requests are over, and of the last of them; acts at certain shares of the load. */
  onProgress(done: number, outcome: Outcome): void;
  /** Waits for all commands. @throws Error when one has failed. */
  finish(): Promise<OperatorSums>;
}

export interface OperatorOptions {
  place: Place;
  payers: Payers;
  /** What a poor account gets at each top-up. */
  credits: string;
  requests: number;
}

const TOP_UPS_AT = [0.3, 0.6];
const REFUNDS_AT = [0.1, 0.2, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95];
const ADJUSTMENTS_AT = new Map([
  [0.4, "1.250001"],
  [0.7, "-0.750003"],
]);

export function createOperator({ place, payers, credits, requests }: OperatorOptions): Operator {
  const at = (shares: Iterable<number>) => [...shares].map((share) => Math.floor(requests * share));
  const topUpsAt = at(TOP_UPS_AT);
  const refundsAt = at(REFUNDS_AT);
  const adjustmentsAt = at(ADJUSTMENTS_AT.keys());
  const amounts = [...ADJUSTMENTS_AT.values()];
  const running: Promise<unknown>[] = [];
  const sums: OperatorSums = { granted: 0n, refunded: 0n, adjusted: 0n };
  let refundsDue = 0;

  const run = (...args: string[]) => running.push(command(place, ["credits", ...args]));

  function grant(account: string): void {
    sums.granted += decimal(credits, 6);
    run("grant", "--account", account, "--amount", credits);
  }

  /** All that the client was told that it paid. */
  function refund({ requestId, used }: Outcome): void {
    refundsDue--;
    sums.refunded += decimal(used ?? "", 6);
    run("refund", "--request", requestId ?? "");
  }

  function adjust(amount: string): void {
    const isLess = amount.startsWith("-");
    const micro = decimal(amount.replace("-", ""), 6);
    sums.adjusted += isLess ? -micro : micro;
    const account = payers.rich[0]?.account ?? "";
    run("adjust", "--account", account, `--amount=${amount}`, "--note", "by the load");
  }

  return {
    onProgress(done, outcome) {
      if (topUpsAt.includes(done)) for (const { account } of payers.poor) grant(account);
      const amount = amounts[adjustmentsAt.indexOf(done)];
      if (amount !== undefined) adjust(amount);
      if (refundsAt.includes(done)) refundsDue++;
      if (refundsDue > 0 && Number(outcome.used) > 0) refund(outcome);
    },
    async finish() {
      await Promise.all(running);
      return sums;
    },
  };
}
