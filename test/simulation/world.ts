// One run's world: the disk, the process on it, the clients and providers around it, and the rules they are held to.
import { ApiError } from "../../src/base/errors.ts";
import type { UpstreamCall } from "../../src/providers/protocol.ts";
import { createLedger } from "../support/ledger.ts";
import { Audit } from "./audit.ts";
import {
  checkAnswer,
  checkCalls,
  checkDispatch,
  checkPatience,
  checkQuiet,
  checkReplay,
  hasDrainRoom,
  isOver,
} from "./checks.ts";
import { requestOf, runClient } from "./client.ts";
import { MODELS, simulatedCatalog, simulatedConfig } from "./house.ts";
import { type Journey, must, newJourney } from "./journey.ts";
import { createOperator, type Operator } from "./operator.ts";
import type { HappeningPlan, Plan, RequestPlan } from "./plan.ts";
import { type SimulatedProcess, startProcess } from "./process.ts";
import { readRows } from "./rows.ts";
import { Killed, Store } from "./store.ts";
import { Timeline } from "./timeline.ts";
import { simulatedProviders } from "./upstream.ts";
import { watchedBatch } from "./watched-batch.ts";

/** Events that are nobody's process. */
const OUTSIDE = "outside";
/** Whoever starts the server tries again after this when the disk did not let it. */
const RESTART_MS = 500;

export class World {
  readonly timeline: Timeline;
  readonly trace: string[] = [];
  step = 0;
  readonly #plan: Plan;
  readonly #store: Store;
  readonly #journeys: Journey[] = [];
  readonly #operator: Operator;
  readonly #audit: Audit;
  readonly #accountIds: string[];
  readonly #slackMs: number;
  readonly #processes: SimulatedProcess[] = [];
  #process: SimulatedProcess | null = null;
  #starting: SimulatedProcess | null = null;
  /** Whether the last process that was started has ended. */
  #isGone = false;
  #started = 0;
  #wasKilled = false;
  #isPriceRaised = false;
  #failure: { error: unknown } | null = null;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.timeline = new Timeline(plan.ties);
    this.#store = new Store(
      plan,
      () => this.timeline.nowMs,
      (kill) => this.#end(kill.downMs),
    );
    const quiet = this.#store.quiet();
    this.#accountIds = readRows(this.#store.raw).accounts.map(({ id }) => id);
    this.#operator = createOperator({
      ledger: createLedger(quiet),
      write: quiet.write,
      read: () => readRows(this.#store.raw),
      accountIds: this.#accountIds,
    });
    this.#audit = new Audit(this.#store, this.#operator, (what) => this.#say(what));
    this.#slackMs = plan.happenings.reduce(
      (sum, one) => sum + (one.kind === "stall" ? one.forMs : 0),
      0,
    );
    for (const [account, amountMicro] of plan.creditMicro.entries()) {
      if (amountMicro > 0) this.#operator.grant(account, amountMicro);
    }
    this.#schedule();
  }

  #schedule(): void {
    const at = (atMs: number, what: string, happen: () => void) =>
      this.timeline.at(atMs, OUTSIDE, what, happen);
    at(0, "start", () => this.#start());
    for (const [index, request] of this.#plan.requests.entries()) {
      at(request.atMs, `request ${index}`, () => this.#arrive(index, request));
    }
    for (const one of this.#plan.happenings) at(one.atMs, one.kind, () => this.#happen(one));
    for (const { from, downMs } of this.#plan.kills) {
      if ("atMs" in from) at(from.atMs, "kill", () => this.#kill(downMs));
    }
  }

  #start(): void {
    const number = ++this.#started;
    const orphans = readRows(this.#store.raw).holds.map(({ requestId }) => requestId);
    const { life, started } = startProcess({
      timeline: this.timeline,
      number,
      config: simulatedConfig(this.#plan.commitQueue),
      catalog: simulatedCatalog(() => this.#isPriceRaised),
      database: this.#store.open(),
      countDelayMs: this.#plan.countDelayMs,
      providers: () =>
        simulatedProviders({
          timeline: this.timeline,
          owner: `upstream ${number}`,
          step: () => this.step,
          meet: (call) => this.#meet(number, call),
          say: (what) => this.#say(what),
        }),
      watch: (apply) =>
        watchedBatch(apply, {
          read: () => readRows(this.#store.raw),
          find: (id) => this.#find(id),
          isAlive: () => number === this.#started && !this.#isGone,
          onBroken: (error) => this.#fail(error),
        }),
      onFault: (error) => this.#fail(error),
    });
    this.#isGone = false;
    this.#starting = life;
    started.then(
      () => this.#serve(life, orphans),
      (error: unknown) => this.#failStart(life, error),
    );
  }

  /** Its start is over: it takes requests from here on. */
  #serve(life: SimulatedProcess, orphans: string[]): void {
    if (!life.isAlive) return;
    this.#starting = null;
    this.#process = life;
    this.#processes.push(life);
    try {
      const released = (life.released ?? []).map(({ requestId }) => requestId);
      must(Bun.deepEquals(released.sort(), orphans.sort()), "a start releases every open hold");
      must(readRows(this.#store.raw).holds.length === 0, "a start leaves no hold open");
    } catch (error) {
      this.#fail(error);
    }
  }

  #failStart(life: SimulatedProcess, error: unknown): void {
    if (!life.isAlive) return;
    if (error instanceof ApiError) this.#end(RESTART_MS);
    else this.#fail(error);
  }

  /** The process, if there is one, is gone with all that was in its memory; another one starts later. */
  #end(downMs: number): void {
    this.#wasKilled = true;
    this.#say("process gone");
    const number = this.#started;
    this.#isGone = true;
    for (const life of [this.#process, this.#starting]) if (life !== null) life.isAlive = false;
    this.#process = null;
    this.#starting = null;
    for (const owner of [`process ${number}`, `clients ${number}`, `upstream ${number}`]) {
      this.timeline.drop(owner);
    }
    for (const journey of this.#journeys) {
      if (journey.process !== number) continue;
      journey.lost = true;
      if (journey.call !== null) journey.call.ending ??= "closed";
    }
    if (this.#store.crash()) this.#say("a refused commit came to life");
    this.timeline.at(this.timeline.nowMs + downMs, OUTSIDE, "start", () => this.#start());
  }

  #kill(downMs: number): void {
    if (this.#process !== null || this.#starting !== null) this.#end(downMs);
  }

  #happen(one: HappeningPlan): void {
    if (one.kind === "grant") this.#operator.grant(one.account, one.amountMicro);
    else if (one.kind === "refund") this.#operator.refund(`req_${one.request}`, one.amountMicro);
    else if (one.kind === "adjustment") this.#operator.adjust(one.account, one.amountMicro);
    else if (one.kind === "price change") this.#isPriceRaised = !this.#isPriceRaised;
    else if (one.kind === "wall clock steps") this.timeline.wallOffsetMs += one.byMs;
    else if (one.kind === "stall") this.timeline.nowMs += one.forMs;
    else this.#stop(one.downMs);
  }

  /** As a server that was told to end: no more requests, all calls cut, and after a while it is gone. */
  #stop(downMs: number): void {
    const process = this.#process;
    if (process === null || process.isStopping) return;
    process.isStopping = true;
    for (const journey of this.#journeys) {
      if (journey.process === process.number && !isOver(journey)) journey.cutAtStep = this.step;
    }
    process.deps.running.stopAll();
    this.timeline.at(this.timeline.nowMs + downMs, `process ${process.number}`, "exit", () =>
      this.#kill(downMs),
    );
  }

  #arrive(index: number, plan: RequestPlan): void {
    const process = this.#process;
    const model = MODELS[plan.model];
    const accountId = this.#accountIds[plan.account];
    if (model === undefined || accountId === undefined) throw new Error("a plan names what is not");
    // Nobody listens: the client never gets as far as a request.
    if (process === null || process.isStopping) return;
    const owner = `clients ${process.number}`;
    const body = JSON.stringify(requestOf(plan, model.id));
    const journey = newJourney({
      index,
      plan,
      model,
      accountId,
      bodyBytes: body.length,
      key: plan.key === null ? null : { accountId, keyHash: `key ${plan.key}`, bodyHash: body },
      price: model.prices[this.#isPriceRaised ? 1 : 0],
      startedMs: this.timeline.nowMs,
      process: process.number,
    });
    this.#journeys.push(journey);
    runClient(
      {
        deps: process.deps,
        timeline: this.timeline,
        owner,
        step: () => this.step,
        say: (what) => this.#say(what),
        isAlive: () => process.isAlive,
        keyedBy: process.keyedBy,
        onReplay: (one, replay) =>
          checkReplay(one, replay, this.#find(replay.requestId), readRows(this.#store.raw)),
        hasDrainRoom: (one) => hasDrainRoom(one, this.#journeys),
        onAnswer: (one) => checkAnswer(one, readRows(this.#store.raw), this.timeline.nowMs),
      },
      journey,
    ).catch((error: unknown) => this.#fail(error));
  }

  /** A call is about to go upstream: its hold is on the disk, and pays for what it may produce. */
  #meet(process: number, call: UpstreamCall): Journey {
    if (process !== this.#process?.number) throw new Killed("a killed process called a provider");
    const journey = this.#find(call.requestId);
    try {
      must(!this.#store.raw.inTransaction, "nothing goes upstream inside of a transaction");
      checkDispatch(journey, call, readRows(this.#store.raw));
    } catch (error) {
      this.#fail(error);
    }
    return journey;
  }

  #find(requestId: string): Journey {
    const journey = this.#journeys.find((one) => one.requestId === requestId);
    if (journey === undefined) throw new Error(`no request ${requestId}`);
    return journey;
  }

  #say(what: string): void {
    this.trace.push(`${this.timeline.nowMs} ${what}`);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** All rules, at the end of a step. @throws Broken, or what else went wrong. */
  check(): void {
    if (this.#failure !== null) throw this.#failure.error;
    const { nowMs } = this.timeline;
    const process = this.#process;
    this.#audit.check((id) => this.#find(id), process?.number ?? null, nowMs);
    if (process === null) return;
    const mine = this.#journeys.filter((journey) => journey.process === process.number);
    const readOn = checkCalls(mine, nowMs, this.step, this.#slackMs);
    must(process.deps.running.draining() >= readOn, "calls that are read on are counted");
    checkPatience(mine, nowMs, this.#slackMs);
    if (!process.isStopping && mine.every(isOver)) checkQuiet(process, this.timeline);
  }

  /** At the end of a run everything has come to rest. */
  checkEnd(): void {
    must(this.#journeys.every(isOver), "every request comes to an end");
    const { records, holds } = this.#audit.rows;
    must(holds.length === 0, "no hold is left open");
    must(
      this.#journeys.every(({ held, recorded }) => held === recorded),
      "each hold ends in a record",
    );
    if (this.#process !== null && !this.#process.isStopping) {
      checkQuiet(this.#process, this.timeline);
    }
    const { discrepancies } = createLedger(this.#store.quiet()).verify();
    must(discrepancies.length === 0, "the books verify", () => JSON.stringify(discrepancies));
    if (this.#wasKilled) return;
    const counted = this.#processes.flatMap(({ ended }) => ended);
    const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
    must(
      counted.length === records.length &&
        sum(counted.map((one) => one.chargedMicro)) === sum(records.map((one) => one.charged)),
      "the metrics count each end once",
    );
  }

  close(): void {
    this.#store.close();
  }
}
