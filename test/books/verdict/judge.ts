// The verdict: every check by name, with what was found wrong.
import type { OperatorSums } from "../operator.ts";
import * as answers from "./answer-rules.ts";
import type { Evidence } from "./case.ts";
import * as records from "./record-rules.ts";
import { type ClassSums, differenceOf, sumClasses } from "./sums.ts";

export interface Check {
  name: string;
  /** Empty when it passes. */
  faults: string[];
}

/** What the gateway's own commands and its process said. */
export interface Statements {
  verify: { ok: boolean; requests: number; open_holds: number; held: string };
  exitCode: number | null;
  errorLines: readonly string[];
  /** What was put into all accounts. */
  sums: OperatorSums;
}

export interface Verdict {
  sums: ClassSums[];
  checks: Check[];
}

export function judge(evidence: Evidence, statements: Statements): Verdict {
  const sums = sumClasses(evidence);
  return {
    sums,
    checks: [
      ...sums.flatMap((one) => classChecks(one)),
      ...recordChecks(evidence),
      ...answerChecks(evidence),
      ...totalChecks(evidence, statements, sums),
    ],
  };
}

const check = (name: string, ...faults: (string | false)[]): Check => ({
  name,
  faults: faults.filter((fault) => fault !== false),
});

function classChecks(sums: ClassSums): Check[] {
  const { book, requests, met, records: rows, unaffordable } = sums;
  const difference = differenceOf(sums);
  const counts = `${requests} sent, ${met} met, ${rows} records, ${unaffordable} unaffordable`;
  return [
    check(
      `${book.id}: charged what the upstream's usage costs`,
      difference !== 0n && `difference ${difference} micro-dollars`,
    ),
    check(`${book.id}: a record for each hold`, !hasRightCount(sums) && counts),
  ];
}

function hasRightCount({ book, requests, met, records: rows, unaffordable }: ClassSums): boolean {
  if (book.endings.length === 0) return rows === 0 && met === 0;
  // Who leaves at any moment may do so before the hold, or before the upstream is reached.
  const isVague = book.client === "leave-anytime" || book.client === "half-close";
  if (isVague) return met <= rows && rows <= requests;
  const reachesUpstream = !book.endings.includes("refused");
  return rows === requests - unaffordable && met === (reachesUpstream ? rows : 0);
}

const RECORD_RULES: readonly [string, records.Rule][] = [
  ["each request ended as its class is declared", records.isAsDeclared],
  ["each record is of the account and model that asked", records.isOfItsRequest],
  ["reported usage is charged to the micro-dollar", records.isChargedAsReported],
  ["an estimate is at least the input and at most the hold", records.isFairEstimate],
  ["input that was reported early is charged as reported", records.keepsEarlyInput],
  ["without usage nothing is charged", records.isFreeWithoutUsage],
  ["nothing is written off that the hold covers", records.isPaid],
  ["each hold is the bound of its request", records.isHoldRight],
];

function recordChecks({ records: cases }: Evidence): Check[] {
  return RECORD_RULES.map(([name, rule]) => ({
    name,
    faults: cases.flatMap((one) => {
      const fault = rule(one);
      const index = one.sent?.plan.index ?? "?";
      return fault === null ? [] : [`${one.book.id} #${index} ${one.record.id}: ${fault}`];
    }),
  }));
}

const ANSWER_RULES: readonly [string, answers.AnswerRule][] = [
  ["whoever waits is in the books, or was refused", answers.isInTheBooks],
  ["each answer is the one in the books", answers.isAnsweredAsRecorded],
  ["each answer's figures are the ledger's", answers.areFiguresRight],
  ["each answer has its figures", answers.hasFigures],
  ["who asks again under a key gets the same answer, free", answers.isGivenAgain],
];

function answerChecks({ sent }: Evidence): Check[] {
  return ANSWER_RULES.map(([name, rule]) => ({
    name,
    faults: sent.flatMap((one) => {
      const fault = rule(one);
      return fault === null ? [] : [`${one.plan.book.id} #${one.plan.index}: ${fault}`];
    }),
  }));
}

/** So many requests exhaust an account, or the load does not try what it should. */
const ENOUGH = 1_000;

function totalChecks(evidence: Evidence, statements: Statements, sums: ClassSums[]): Check[] {
  const { ledger, tallies } = evidence;
  const { verify, sums: wanted } = statements;
  const total = (of: (one: (typeof ledger.accounts)[number]) => bigint) =>
    ledger.accounts.reduce((amount, account) => amount + of(account), 0n);
  const charged = total((account) => account.charged);
  const ofClasses = sums.reduce((amount, one) => amount + one.charged + one.estimated, 0n);
  const off = ledger.accounts.filter(
    ({ granted, refunded, adjusted, charged: less, balance, held }) =>
      granted + refunded + adjusted - less !== balance || held !== 0n,
  );
  const entered = (["granted", "refunded", "adjusted"] as const).map((kind) => {
    const there = total((account) => account[kind]);
    return there !== wanted[kind] && `${kind} ${there} instead of ${wanted[kind]}`;
  });
  const twice = [...tallies.byIndex].filter(([, { met }]) => met !== 1);
  return [
    check(
      "granted, refunded and adjusted less charged is each balance, and nothing is held",
      ...off.map(({ name }) => name),
    ),
    check("the ledger has what was granted, refunded and adjusted", ...entered),
    check(
      "the entries' charges are the classes'",
      charged !== ofClasses && `${charged} and ${ofClasses}`,
    ),
    check("no hold is open", ledger.openHolds !== 0 && `${ledger.openHolds} open`),
    check(
      "ledger verify finds nothing",
      !(verify.ok && verify.open_holds === 0 && Number(verify.held) === 0) &&
        JSON.stringify(verify),
      verify.requests !== ledger.records.length && `${verify.requests} requests`,
    ),
    check(
      "no request went upstream twice",
      ...twice.map(([index, { met, model }]) => `${model} #${index} came ${met} times`),
    ),
    check("the upstream knows every request", tallies.strangers > 0 && `${tallies.strangers}`),
    check(
      "some requests could not be afforded",
      evidence.sent.length >= ENOUGH && !sums.some((one) => one.unaffordable > 0) && "none",
    ),
    check(
      "some answers were read on for clients that had left",
      evidence.sent.length >= ENOUGH &&
        !evidence.records.some(({ record }) => record.ending === "drained") &&
        "none",
    ),
    check("the gateway ended in good order", statements.exitCode !== 0 && `${statements.exitCode}`),
    check("the gateway logged no error", ...statements.errorLines.slice(0, 20)),
  ];
}
