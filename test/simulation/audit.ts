// Follows the disk: whenever it was touched, all rules of the books, and a judgement of each record that is new.
import { checkBooks, checkKeys, judgeRecord } from "./books.ts";
import { type Journey, must } from "./journey.ts";
import type { Operator } from "./operator.ts";
import { type RecordRow, type Rows, readRows } from "./rows.ts";
import type { Store } from "./store.ts";

export class Audit {
  /** The tables as the last check found them. */
  rows: Rows;
  readonly #store: Store;
  readonly #operator: Operator;
  readonly #say: (what: string) => void;
  #seen = -1;

  constructor(store: Store, operator: Operator, say: (what: string) => void) {
    this.#store = store;
    this.#operator = operator;
    this.#say = say;
    this.rows = readRows(store.raw);
  }

  /** @param process the one that lives; what another one began may be found abandoned. */
  check(find: (requestId: string) => Journey, process: number | null, nowMs: number): void {
    if (this.#seen === this.#store.touched) return;
    this.#seen = this.#store.touched;
    must(!this.#store.raw.inTransaction, "no transaction is left open");
    const now = readRows(this.#store.raw);
    checkBooks(this.rows, now);
    checkKeys(now, (requestId) => find(requestId).key);
    this.#checkGiven(now);
    for (const record of now.records.slice(this.rows.records.length)) {
      const journey = find(record.id);
      journey.held = true;
      journey.recorded = true;
      this.#say(told(record));
      judgeRecord(journey, record, journey.process !== process, nowMs);
    }
    for (const { requestId } of now.holds) find(requestId).held = true;
    this.rows = now;
  }

  /** What came in is what the operator gave, by the operator's own count. */
  #checkGiven({ entries }: Rows): void {
    for (const [accountId, givenMicro] of this.#operator.givenMicro) {
      const given = entries
        .filter((entry) => entry.accountId === accountId && entry.kind !== "charge")
        .reduce((sum, { amount }) => sum + amount, 0);
      must(given === givenMicro, "what was granted is in the books");
    }
  }
}

function told({ id, ending, charged, held, shortfall, unbilled }: RecordRow): string {
  const lost = shortfall > 0 ? `, short of ${shortfall}` : "";
  const beyond = unbilled > 0 ? `, ${unbilled} beyond it` : "";
  return `${id} ends ${ending}: charged ${charged} of ${held} held${lost}${beyond}`;
}
