// Fills a database with any number of ended requests and their entries, quickly and all of it true to the rules.
import type { TokenUsage } from "../../src/base/chat.ts";
import { newAccountId, newRequestId } from "../../src/base/ids.ts";
import type { Database } from "../../src/db/open.ts";
import type { Ending, UsageSource } from "../../src/ledger/ending.ts";
import { createTermsBook } from "../../src/ledger/sqlite/terms-book.ts";
import { writeUsage } from "../../src/ledger/sqlite/usage-text.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import { costMicro, type PinnedPrice } from "../../src/pricing/cost.ts";

export interface FillOptions {
  requests: number;
  accounts: number;
}

interface OpenAccount {
  id: string;
  balanceMicro: number;
}

/** A request as the fill makes it up. */
interface Made {
  ending: Ending;
  source: UsageSource;
  usage: TokenUsage | null;
  pinned: PinnedPrice | null;
  heldMicro: number;
}

const GRANT_MICRO = 5_000_000_000;
const START_MS = Date.UTC(2026, 0, 1);
/** One request each second: a million take eleven days. */
const STEP_MS = 1_000;
/** Every so many requests one is refunded, or its account adjusted. */
const REFUND_EVERY = 25;
const ADJUST_EVERY = 40;

const rate = (microPerMtok: number) => ({ microPerMtok });
const PRICES: PinnedPrice[] = [
  { price: { input: rate(150_000), output: rate(600_000) }, markupBasisPoints: 0 },
  {
    price: { input: rate(150_000), output: rate(600_000), cacheRead: rate(75_000) },
    markupBasisPoints: 1_000,
  },
  {
    price: {
      input: { microPerMtok: 3_000_000, tiers: [{ above: 2_000, microPerMtok: 6_000_000 }] },
      output: rate(15_000_000),
      cacheRead: rate(300_000),
      cacheWrite: rate(3_750_000),
    },
    markupBasisPoints: 0,
  },
];

/** Writes everything in one transaction, through the real tables with their triggers. */
export function fillBooks(database: Database, { requests, accounts }: FillOptions): void {
  database.write(() => {
    const writer = createWriter(database);
    const open = Array.from({ length: accounts }, (_, index) => writer.openAccount(index));
    for (let index = 0; index < requests; index++) {
      const account = open[(index * 7_919) % accounts];
      if (account !== undefined) writer.addRequest(account, index);
    }
    for (const account of open) writer.closeAccount(account);
  });
}

function createWriter({ sqlite }: Database) {
  const insertAccount = sqlite.prepare("INSERT INTO accounts VALUES (?, ?, 0, 0, ?)");
  const setBalance = sqlite.prepare("UPDATE accounts SET balance_micro = ? WHERE id = ?");
  const insertEntry = sqlite.prepare("INSERT INTO entries VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)");
  const terms = createTermsBook(sqlite);
  const insertRecord = sqlite.prepare(
    `INSERT INTO records VALUES (?, ?, 1, ?, 200, NULL, ?, ?, 1, ?, ?, ?, ?, NULL, ?, 300, 900, ?)`,
  );

  function post(
    account: OpenAccount,
    entry: { kind: string; amountMicro: number; requestId: string | null; note: string | null },
    atMs: number,
  ): void {
    account.balanceMicro += entry.amountMicro;
    const { kind, amountMicro, requestId, note } = entry;
    insertEntry.run(account.id, kind, amountMicro, account.balanceMicro, requestId, note, atMs);
  }

  function addRequest(account: OpenAccount, index: number): void {
    const made = makeUp(index);
    const id = newRequestId();
    const atMs = START_MS + index * STEP_MS;
    const costsMicro = made.usage === null ? 0 : costMicro(made.pinned, made.usage);
    const owedMicro =
      made.source === "estimated" ? Math.min(costsMicro, made.heldMicro) : costsMicro;
    // As though other holds had left no more than that.
    const payableMicro = index % 1_000 === 8 ? made.heldMicro : account.balanceMicro;
    const chargedMicro = Math.min(owedMicro, payableMicro);
    if (chargedMicro > 0) {
      post(
        account,
        { kind: "charge", amountMicro: -chargedMicro, requestId: id, note: null },
        atMs,
      );
    }
    insertRecord.run(
      id,
      terms.idOf(
        { accountId: account.id, keyId: "key_01JDEMO", modelId: "gpt-4o-mini" },
        {
          providerId: "openai",
          upstreamModel: "gpt-4o-mini",
          priceJson: made.pinned === null ? null : JSON.stringify(made.pinned),
        },
      ),
      made.ending,
      made.usage === null ? null : writeUsage(made.usage),
      made.source,
      made.heldMicro,
      chargedMicro,
      owedMicro - chargedMicro,
      costsMicro - owedMicro,
      atMs - 900,
      atMs,
    );
    if (index % REFUND_EVERY === 0 && chargedMicro > 1) {
      const amountMicro = Math.ceil(chargedMicro / 2);
      post(account, { kind: "refund", amountMicro, requestId: id, note: "half of it" }, atMs);
    }
    if (index % ADJUST_EVERY === 0) {
      const amountMicro = index % (2 * ADJUST_EVERY) === 0 ? 5 : -5;
      post(account, { kind: "adjustment", amountMicro, requestId: null, note: "by hand" }, atMs);
    }
  }

  return {
    openAccount(index: number): OpenAccount {
      const account = { id: newAccountId(), balanceMicro: 0 };
      insertAccount.run(account.id, `team-${index}`, START_MS);
      const grant = { kind: "grant", amountMicro: GRANT_MICRO, requestId: null, note: null };
      post(account, grant, START_MS);
      return account;
    },
    addRequest,
    closeAccount: ({ id, balanceMicro }: OpenAccount) => setBalance.run(balanceMicro, id),
  };
}

/** Mostly complete answers with reported usage, and some of every other way to end. */
function makeUp(index: number): Made {
  const isFree = index % 100 === 1;
  const pinned = isFree ? null : (PRICES[index % PRICES.length] ?? null);
  const usage = {
    ...plainUsage(100 + ((index * 37) % 3_900), 1 + ((index * 101) % 900)),
    cachedTokens: (index * 13) % 100,
  };
  const heldMicro = 2_000 + (index % 500);
  const made = { pinned, heldMicro };
  if (index % 50 === 3) return { ...made, ending: "upstream_failed", source: "none", usage: null };
  if (index % 50 === 10) return { ...made, ending: "client_left", source: "estimated", usage };
  if (index % 500 === 4) return { ...made, ending: "abandoned", source: "none", usage: null };
  return { ...made, ending: "completed", source: "reported", usage };
}
