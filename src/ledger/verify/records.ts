// Verifying request records: what each was charged follows from its usage, its price, its hold and its ending.
import type { Database as Sqlite } from "bun:sqlite";
import type { TokenUsage } from "../../base/chat.ts";
import { ENDINGS, type Ending, type UsageSource } from "../ending.ts";
import type { Findings } from "../findings.ts";
import { readUsage } from "../sqlite/usage-text.ts";

/**
 * Recomputes the cost of a record in micro-dollars from its pinned price, its usage and what its provider said that it
 * cost.
 * @throws Error when one of them cannot be read.
 */
export type CostOf = (
  priceJson: string,
  usage: TokenUsage,
  providerCostMicro: number | null,
) => number;

export interface RecordTotals {
  requests: number;
  shortfallMicro: number;
  unbilledMicro: number;
}

interface RecordRow {
  id: string;
  account_id: string;
  ending: string;
  usage: string | null;
  usage_source: UsageSource;
  price_json: string | null;
  held_micro: number;
  charged_micro: number;
  shortfall_micro: number;
  unbilled_micro: number;
  provider_cost_micro: number | null;
}

interface RecordChecks {
  hasAccount: (accountId: string) => boolean;
  findings: Findings;
  costOf: CostOf | undefined;
}

const KNOWN_ENDINGS: ReadonlySet<string> = new Set(ENDINGS);
/** Nothing was delivered, so nothing is owed: docs/billing.md. */
const FREE_ENDINGS: ReadonlySet<string> = new Set<Ending>([
  "refused",
  "upstream_failed",
  "abandoned",
]);

/** Reads all records one by one and checks each. */
export function passRecords(sqlite: Sqlite, checks: RecordChecks): RecordTotals {
  const totals = { requests: 0, shortfallMicro: 0, unbilledMicro: 0 };
  const rows = sqlite
    .prepare<RecordRow, []>(
      `SELECT r.id, COALESCE(t.account_id, '') AS account_id, ending, usage, usage_source, p.json AS price_json,
        held_micro, charged_micro, shortfall_micro, unbilled_micro, provider_cost_micro
        FROM records r LEFT JOIN terms t ON t.id = r.terms_id LEFT JOIN prices p ON p.id = t.price_id
        ORDER BY r.rowid`,
    )
    .iterate();
  for (const record of rows) {
    totals.requests++;
    totals.shortfallMicro += record.shortfall_micro;
    totals.unbilledMicro += record.unbilled_micro;
    if (!checks.hasAccount(record.account_id)) {
      checks.findings.add("each request belongs to an account", record.account_id, record.id);
    }
    for (const [rule, detail] of brokenRules(record, checks.costOf)) {
      checks.findings.add(rule, record.account_id, `${record.id} ${detail}`);
    }
  }
  return totals;
}

type Broken = [rule: string, detail: string];
const NONE: Broken[] = [];

function brokenRules(record: RecordRow, costOf: CostOf | undefined): Broken[] {
  const { charged_micro, shortfall_micro, unbilled_micro, held_micro } = record;
  const amounts = [charged_micro, shortfall_micro, unbilled_micro, held_micro];
  // What follows reckons with these.
  if (!amounts.every((micro) => Number.isSafeInteger(micro) && micro >= 0)) {
    return [["a record's amounts are whole and not negative", `has ${amounts.join(", ")}`]];
  }
  const owed = brokenByAmounts(record);
  const cost = costOf === undefined ? null : brokenCost(record, costOf);
  if (cost === null) return owed;
  return [...owed, ["each charge follows from its usage at its pinned price", cost]];
}

function brokenByAmounts(record: RecordRow): Broken[] {
  const { ending, usage_source: source, held_micro: heldMicro } = record;
  const { charged_micro: chargedMicro, shortfall_micro: shortfallMicro } = record;
  const owedMicro = chargedMicro + shortfallMicro;
  const isEstimate = source === "estimated";
  const wasCapped = record.unbilled_micro > 0;
  let broken = NONE;
  const found = (rule: string, detail: string) => {
    broken = [...broken, [rule, detail]];
  };
  if (!KNOWN_ENDINGS.has(ending)) found("a request ends in a known way", `ended ${ending}`);
  if (FREE_ENDINGS.has(ending) && owedMicro + record.unbilled_micro > 0) {
    found("an ending that costs nothing was charged nothing", `${ending}, owed ${owedMicro}`);
  }
  if ((source === "none") !== (record.usage === null)) {
    found("usage and its source are kept together", `usage ${record.usage}, from ${source}`);
  }
  if (isEstimate && owedMicro > heldMicro) {
    found("an estimate never exceeds the hold", `owed ${owedMicro}, held ${heldMicro}`);
  }
  if (wasCapped && !(isEstimate && owedMicro === heldMicro)) {
    found(
      "only an estimate beyond the hold is left unbilled",
      `${source}, owed ${owedMicro}, held ${heldMicro}, unbilled ${record.unbilled_micro}`,
    );
  }
  if (shortfallMicro > 0 && chargedMicro < heldMicro) {
    found(
      "a shortfall begins beyond the hold",
      `charged ${chargedMicro}, held ${heldMicro}, shortfall ${shortfallMicro}`,
    );
  }
  return broken;
}

/** What is wrong with the cost; null for nothing. */
function brokenCost(record: RecordRow, costOf: CostOf): string | null {
  const recorded = record.charged_micro + record.shortfall_micro + record.unbilled_micro;
  try {
    const { price_json: price } = record;
    const usage = record.usage === null ? null : readUsage(record.usage);
    const cost =
      price === null || usage === null ? 0 : costOf(price, usage, record.provider_cost_micro);
    return cost === recorded ? null : `costs ${cost}, but says ${recorded}`;
  } catch (error) {
    return `cannot be reckoned: ${error instanceof Error ? error.message : String(error)}`;
  }
}
