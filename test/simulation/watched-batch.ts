// The store's real core, with each batch checked command by command against a plain account of the money.

import type { OpenHold, Reserve, Reserved, Settle } from "../../src/ledger/port.ts";
import type { Settlement } from "../../src/ledger/rules.ts";
import type { ApplyBatch, Unit } from "../../src/ledger/sqlite/batch.ts";
import type { StoreCommands } from "../../src/store.ts";
import { OUTPUT_SHARE } from "./house.ts";
import { type Journey, must } from "./journey.ts";
import { boundOf, leastOf, namedLimit } from "./oracle.ts";
import { type AccountRow, answerUnder, type Rows } from "./rows.ts";

export interface WatchOptions {
  /** The rows as they are between two batches. */
  read: () => Rows;
  find: (requestId: string) => Journey;
  /** A process that was killed inside of a batch proves nothing. */
  isAlive: () => boolean;
  onBroken: (error: unknown) => void;
}

export function watchedBatch(
  apply: ApplyBatch<StoreCommands>,
  { read, find, isAlive, onBroken }: WatchOptions,
): ApplyBatch<StoreCommands> {
  return (commands) => {
    const before = read();
    const money = new Money(before);
    const reply = apply(commands);
    if (!isAlive()) return reply;
    try {
      const after = read();
      if ("outcomes" in reply) {
        must(reply.outcomes.length === commands.length, "each command has its outcome");
        for (const [index, command] of commands.entries()) {
          const outcome = reply.outcomes[index];
          if (outcome === undefined || !("value" in outcome)) continue;
          money.follow(command, outcome.value, find);
          noteRefusal(command, outcome.value, find, [before, after]);
        }
      }
      money.compare(after);
    } catch (error) {
      onBroken(error);
    }
    return reply;
  };
}

/** Whose key it was: of before the batch, or of a request that came first in it. */
function noteRefusal(
  [kind, takes]: Unit<StoreCommands>,
  value: unknown,
  find: WatchOptions["find"],
  [before, after]: [Rows, Rows],
): void {
  if (kind !== "reserve" || (value as Reserved).kind !== "key_in_use") return;
  const journey = find(takes.requestId);
  const { key } = journey;
  journey.keyWasOf = answerUnder(key, before.answers) ?? answerUnder(key, after.answers) ?? null;
}

/** What the accounts must be after the commands that were carried out. */
class Money {
  readonly #accounts: Map<string, AccountRow>;
  readonly #holds: Map<string, { accountId: string; amount: number }>;

  constructor({ accounts, holds }: Rows) {
    this.#accounts = new Map(accounts.map((row) => [row.id, { ...row }]));
    this.#holds = new Map(holds.map(({ requestId, ...hold }) => [requestId, hold]));
  }

  follow([kind, takes]: Unit<StoreCommands>, value: unknown, find: WatchOptions["find"]): void {
    if (kind === "reserve") this.#reserved(takes, value as Reserved, find(takes.requestId));
    else if (kind === "settle") this.#settled(takes, value as Settlement | null);
    else if (kind === "releaseOrphans") {
      for (const { requestId } of value as OpenHold[]) this.#release(requestId);
    }
  }

  compare({ accounts, holds }: Rows): void {
    for (const row of accounts) {
      must(Bun.deepEquals(row, this.#accounts.get(row.id)), "an account is what its batch made it");
    }
    must(holds.length === this.#holds.size, "a hold is open from its reservation to its end");
  }

  #reserved(request: Reserve, reserved: Reserved, journey: Journey): void {
    if (reserved.kind === "key_in_use") return;
    const account = this.#accountOf(request.accountId);
    checkHold(journey, request, account, reserved);
    if (reserved.kind === "short") return;
    const { amountMicro: amount } = reserved;
    account.held += amount;
    this.#holds.set(request.requestId, { accountId: request.accountId, amount });
    const { balanceMicro, heldMicro } = reserved;
    const isAnnounced = balanceMicro === account.balance && heldMicro === account.held;
    must(isAnnounced, "the reservation tells the account");
  }

  #settled(end: Settle, settlement: Settlement | null): void {
    const hold = this.#release(end.requestId);
    must((hold === null) === (settlement === null), "a request ends once");
    if (hold === null || settlement === null) return;
    const account = this.#accountOf(hold.accountId);
    account.balance -= settlement.chargedMicro;
    checkSettlement(end, hold.amount, account, settlement);
  }

  #release(requestId: string): { accountId: string; amount: number } | null {
    const hold = this.#holds.get(requestId);
    if (hold === undefined) return null;
    this.#holds.delete(requestId);
    this.#accountOf(hold.accountId).held -= hold.amount;
    return hold;
  }

  #accountOf(id: string): AccountRow {
    const account = this.#accounts.get(id);
    if (account === undefined) throw new Error(`no account ${id}`);
    return account;
  }
}

function checkHold(
  journey: Journey,
  request: Reserve,
  before: AccountRow,
  reserved: Exclude<Reserved, { kind: "key_in_use" }>,
): void {
  const available = before.balance - before.held;
  const least = leastOf(journey);
  must(request.accountId === journey.accountId, "the hold is the payer's");
  if (reserved.kind === "short") {
    must(least > available, "only what is not covered is refused", () => `${least} ${available}`);
    return;
  }
  const amount = reserved.amountMicro;
  must(amount <= available, "a hold is within what is available");
  must(amount >= least, "a hold covers the input and the least output");
  if (namedLimit(journey) !== null) must(amount === least, "a named limit sets the hold");
  const most = Math.max(least, boundOf(journey, 0) + Math.floor(available / OUTPUT_SHARE));
  must(amount <= most, "without a limit only a share is held", () => `${amount} ${most}`);
}

function checkSettlement(
  { costMicro }: Settle,
  amount: number,
  { balance, held }: AccountRow,
  settlement: Settlement,
): void {
  const { chargedMicro, shortfallMicro, heldByRequestMicro, balanceMicro, heldMicro } = settlement;
  must(chargedMicro + shortfallMicro === costMicro, "all of the cost is charged or written off");
  must(chargedMicro >= 0 && shortfallMicro >= 0, "neither is negative");
  must(shortfallMicro === 0 || balance === held, "written off is what the account cannot pay");
  must(heldByRequestMicro === amount, "the settlement tells the hold");
  must(balanceMicro === balance && heldMicro === held, "the settlement tells the account");
}
