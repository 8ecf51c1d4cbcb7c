// Batches and their replies as they cross to the writer's thread: flat lists of plain values. A structured clone of the
// objects costs both threads several times as much.
import type { TokenUsage } from "../../base/chat.ts";
import type {
  AnswerToKeep,
  KeyToBegin,
  LedgerCommands,
  Reserve,
  Reserved,
  Settle,
  Terms,
} from "../port.ts";
import type { HoldWish, Settlement } from "../rules.ts";
import type { BatchReply, Outcome, Unit } from "./batch.ts";
import { countsOf, usageOf } from "./usage-text.ts";

/** What a list begins with, for each of its units or outcomes. Anything rare passes as it is. */
const AS_IT_IS = 0;
const RESERVE = 1;
const SETTLE = 2;
/** Goes before a settlement whose terms the other side does not have yet. */
const TERMS = 3;

/** What becomes of an idempotency key. */
const NOTHING = 0;
const FREE = 1;
const KEEP = 2;

/** Terms that both sides remember by number; the next one takes the place of the oldest. */
const MAX_TERMS = 1_000;

type AnyUnit = readonly [kind: string, ...takes: unknown[]];

/** Returns what makes lists of batches, for one thread from its start: it knows what that was told. */
export function createPacker(): (units: readonly AnyUnit[]) => unknown[] {
  const numbers = new WeakMap<Terms, number>();
  const told: Terms[] = [];
  let next = 0;

  /** The number of these terms, which are told where they are new. */
  function numberOf(terms: Terms, list: unknown[]): number {
    const known = numbers.get(terms);
    if (known !== undefined && told[known] === terms) return known;
    const number = next % MAX_TERMS;
    next++;
    told[number] = terms;
    numbers.set(terms, number);
    list.push(TERMS, number, terms.providerId, terms.upstreamModel, terms.priceJson);
    return number;
  }

  return (units) => {
    const list: unknown[] = [];
    for (const unit of units) {
      if (unit[0] === "reserve") {
        packReserve(list, unit[1] as Reserve);
      } else if (unit[0] === "settle") {
        const end = unit[1] as Settle;
        packSettle(list, end, end.terms === null ? null : numberOf(end.terms, list));
      } else {
        list.push(AS_IT_IS, unit);
      }
    }
    return list;
  };
}

function packReserve(list: unknown[], request: Reserve): void {
  const { accountId, atMs, keyed, keyId, modelId, requestId, stream, wish } = request;
  list.push(RESERVE, requestId, accountId, keyId, modelId, stream, atMs);
  if (wish === null) {
    list.push(null);
  } else {
    list.push(wish.inputTokenRates, wish.outputTokenRate, wish.markupBasisPoints);
    list.push(wish.outputTokensMax, wish.limitedByClient);
    list.push(wish.floorOutputTokens, wish.defaultOutputShare);
  }
  if (keyed === null) list.push(null);
  else list.push(keyed.keyHash, keyed.bodyHash, keyed.afterMs, keyed.beforeMs);
}

function packSettle(list: unknown[], end: Settle, terms: number | null): void {
  list.push(SETTLE, end.requestId, terms, end.attempts, end.ending, end.costMicro);
  list.push(end.unbilledMicro, end.providerCostMicro, end.httpStatus, end.errorCode);
  list.push(end.usageSource, end.startedAtMs, end.firstEventMs, end.durationMs, end.atMs);
  const counts = end.usage === null ? null : countsOf(end.usage);
  list.push(counts === null ? null : counts.length);
  if (counts !== null) for (const count of counts) list.push(count);
  const { answer } = end;
  if (answer === null) list.push(NOTHING);
  else if (answer === "free") list.push(FREE);
  else list.push(KEEP, answer.body, answer.ignored);
}

/** Reads a list from its begin to its end. */
class Reader {
  readonly #list: readonly unknown[];
  #at = 0;

  constructor(list: readonly unknown[]) {
    this.#list = list;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#list.length;
  }

  /** What comes next, which the caller knows the type of, as the other side wrote it. */
  next<T>(): T {
    return this.#list[this.#at++] as T;
  }
}

/** Returns what reads the lists of one packer, from its first one; whoever packed them may have had more commands. */
export function createUnpacker(): (list: unknown[]) => Unit<LedgerCommands>[] {
  const told: Terms[] = [];
  return (list) => {
    const reader = new Reader(list);
    const units: Unit<LedgerCommands>[] = [];
    while (!reader.isAtEnd) {
      const code = reader.next<number>();
      if (code === RESERVE) units.push(["reserve", unpackReserve(reader)]);
      else if (code === SETTLE) units.push(["settle", unpackSettle(reader, told)]);
      else if (code === TERMS) told[reader.next<number>()] = unpackTerms(reader);
      else units.push(reader.next());
    }
    return units;
  };
}

const unpackTerms = (reader: Reader): Terms => ({
  providerId: reader.next(),
  upstreamModel: reader.next(),
  priceJson: reader.next(),
});

const unpackReserve = (reader: Reader): Reserve => ({
  requestId: reader.next(),
  accountId: reader.next(),
  keyId: reader.next(),
  modelId: reader.next(),
  stream: reader.next(),
  atMs: reader.next(),
  wish: unpackWish(reader),
  keyed: unpackKeyed(reader),
});

function unpackWish(reader: Reader): HoldWish | null {
  const inputTokenRates = reader.next<HoldWish["inputTokenRates"] | null>();
  if (inputTokenRates === null) return null;
  return {
    inputTokenRates,
    outputTokenRate: reader.next(),
    markupBasisPoints: reader.next(),
    outputTokensMax: reader.next(),
    limitedByClient: reader.next(),
    floorOutputTokens: reader.next(),
    defaultOutputShare: reader.next(),
  };
}

function unpackKeyed(reader: Reader): KeyToBegin | null {
  const keyHash = reader.next<string | null>();
  if (keyHash === null) return null;
  return {
    keyHash,
    bodyHash: reader.next(),
    afterMs: reader.next(),
    beforeMs: reader.next(),
  };
}

function unpackSettle(reader: Reader, told: readonly Terms[]): Settle {
  return {
    requestId: reader.next(),
    terms: termsAt(told, reader.next()),
    attempts: reader.next(),
    ending: reader.next(),
    costMicro: reader.next(),
    unbilledMicro: reader.next(),
    providerCostMicro: reader.next(),
    httpStatus: reader.next(),
    errorCode: reader.next(),
    usageSource: reader.next(),
    startedAtMs: reader.next(),
    firstEventMs: reader.next(),
    durationMs: reader.next(),
    atMs: reader.next(),
    usage: unpackUsage(reader),
    answer: unpackAnswer(reader),
  };
}

function termsAt(told: readonly Terms[], number: number | null): Terms | null {
  if (number === null) return null;
  const terms = told[number];
  if (terms === undefined) throw new Error(`terms ${number} were never told`);
  return terms;
}

function unpackUsage(reader: Reader): TokenUsage | null {
  const length = reader.next<number | null>();
  if (length === null) return null;
  const counts: number[] = [];
  while (counts.length < length) counts.push(reader.next());
  return usageOf(counts);
}

function unpackAnswer(reader: Reader): AnswerToKeep | "free" | null {
  const code = reader.next<number>();
  if (code === NOTHING) return null;
  if (code === FREE) return "free";
  return { body: reader.next(), ignored: reader.next() };
}

/** A reply on its way back: a list of outcomes, or the reply of a batch of which nothing was written, as it is. */
export type PackedReply = unknown[] | Exclude<BatchReply, { outcomes: unknown }>;

/** Makes a list of what came of these units. */
export function packReply(units: readonly AnyUnit[], reply: BatchReply): PackedReply {
  if (!("outcomes" in reply)) return reply;
  const list: unknown[] = [];
  reply.outcomes.forEach((outcome, index) => {
    const kind = units[index]?.[0];
    if ("value" in outcome && kind === "reserve") packReserved(list, outcome.value as Reserved);
    else if ("value" in outcome && kind === "settle" && outcome.value !== null) {
      packSettlement(list, outcome.value as Settlement);
    } else list.push(AS_IT_IS, outcome);
  });
  return list;
}

function packReserved(list: unknown[], reserved: Reserved): void {
  if (reserved.kind === "held") {
    list.push(RESERVE, reserved.amountMicro, reserved.balanceMicro, reserved.heldMicro);
  } else {
    list.push(AS_IT_IS, { value: reserved });
  }
}

function packSettlement(list: unknown[], settlement: Settlement): void {
  list.push(SETTLE, settlement.balanceMicro, settlement.heldMicro, settlement.heldByRequestMicro);
  list.push(settlement.chargedMicro, settlement.shortfallMicro);
}

/** Reads what `packReply` made. */
export function unpackReply(reply: PackedReply): BatchReply {
  if (!Array.isArray(reply)) return reply;
  const reader = new Reader(reply);
  const outcomes: Outcome[] = [];
  while (!reader.isAtEnd) {
    const code = reader.next<number>();
    if (code === RESERVE) outcomes.push({ value: unpackHeld(reader) });
    else if (code === SETTLE) outcomes.push({ value: unpackSettlement(reader) });
    else outcomes.push(reader.next());
  }
  return { outcomes };
}

const unpackHeld = (reader: Reader): Reserved => ({
  kind: "held",
  amountMicro: reader.next(),
  balanceMicro: reader.next(),
  heldMicro: reader.next(),
});

const unpackSettlement = (reader: Reader): Settlement => ({
  balanceMicro: reader.next(),
  heldMicro: reader.next(),
  heldByRequestMicro: reader.next(),
  chargedMicro: reader.next(),
  shortfallMicro: reader.next(),
});
