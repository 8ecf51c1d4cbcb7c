// A metered call: one object that owns a request from its hold to its settlement, and the signal of all that it waits for.

import type { Deadline, Deadlines } from "../base/deadlines.ts";
import { asApiError, clientClosedRequest, shuttingDown } from "../base/errors.ts";
import type { AnswerToKeep } from "../ledger/port.ts";
import type { CallControl } from "../providers/protocol.ts";
import { assertHeld, type Candidates, candidatesFor, holdFor, outputLimit } from "./candidates.ts";
import { type CallEnding, endingOfFailure, endingOfWhole, type Progress } from "./ending.ts";
import type {
  Attempt,
  CallDeps,
  CallInput,
  CallRequest,
  Candidate,
  Hold,
  Operation,
} from "./operation.ts";
import { type Settled, settle, withinPatience } from "./settle.ts";
import { nextTry, pauseUnlessAborted } from "./tries.ts";

/** Draining: the client has left, and the answer is read on. What has ended is settled, or being settled. */
export type CallState = "reserving" | "reserved" | "trying" | "flowing" | "draining" | "settled";

export interface CallParts<Request extends CallRequest, First, Meter> {
  deps: CallDeps;
  input: CallInput<Request>;
  operation: Operation<Request, First, Meter>;
}

export class MeteredCall<Request extends CallRequest, First, Meter> implements CallControl {
  readonly deps: CallDeps;
  readonly input: CallInput<Request>;
  readonly meter: Meter;
  readonly deadlines: Deadlines;
  readonly #operation: Operation<Request, First, Meter>;
  /** Those that have not been tried. */
  readonly #others: Candidate[];
  readonly #abort = new AbortController();
  /** Aborts when the client has left and nothing is read on, at a deadline, and when the server ends: an ApiError. */
  readonly signal: AbortSignal = this.#abort.signal;
  /** Of the candidate that is tried, or answered. */
  #candidate: Candidate;
  /** How often it was tried, and how often all were. */
  #tries = 0;
  #attempts = 0;
  #state: CallState = "reserving";
  #hold: Hold | null = null;
  #hasClientLeft = false;
  #wasStopped = false;
  #isAnswered = false;
  #firstEventMs: number | null = null;
  #drain: Deadline | null = null;
  #whenLeft: (() => void) | null = null;
  #settled: Promise<Settled> | null = null;

  private constructor(
    { deps, input, operation }: CallParts<Request, First, Meter>,
    candidates: Candidates,
  ) {
    this.deps = deps;
    this.input = input;
    this.#operation = operation;
    this.#candidate = candidates[0];
    this.#others = candidates.slice(1);
    this.meter = operation.meter();
    this.deadlines = deps.deadlines;
  }

  /**
   * Finds who may serve the request, takes the hold, durably, and returns the call that owns it: whatever is thrown
   * from here on ends in a settlement.
   * @throws ApiError 404 for an unknown model, 400 for what it cannot do, 402 when the hold is not covered, 409 while another request has the idempotency key
   */
  static async reserve<Request extends CallRequest, First, Meter>(
    parts: CallParts<Request, First, Meter>,
  ): Promise<MeteredCall<Request, First, Meter>> {
    const { deps, input, operation } = parts;
    const candidates = candidatesFor(deps, operation, input);
    const call = new MeteredCall(parts, candidates);
    deps.running.add(call);
    try {
      const hold = holdFor(input, candidates, deps.clock.nowMs());
      call.#hold = assertHeld(await deps.ledger.reserve(hold), hold);
      call.#state = "reserved";
      return call;
    } catch (error) {
      call.#close();
      throw error;
    }
  }

  get hold(): Hold {
    if (this.#hold === null) throw new Error("the hold is not taken yet");
    return this.#hold;
  }

  get state(): CallState {
    return this.#state;
  }

  get hasClientLeft(): boolean {
    return this.#hasClientLeft;
  }

  get hasEnded(): boolean {
    return this.#settled !== null;
  }

  /**
   * Runs a step that may fail. What it throws ends the call, and is thrown on once the end is recorded or takes too
   * long: what becomes of the record is logged, and the client is to hear why it has no answer.
   */
  async run<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (!this.hasEnded) await this.endFailed(error).catch(() => {});
      throw error;
    }
  }

  /**
   * Tries the candidates, best first, until one gives its first event.
   * @throws what the last try failed with; ApiError when the client left before the first: then nothing is owed
   */
  async first(): Promise<First> {
    if (this.input.signal.aborted) throw clientClosedRequest();
    this.input.signal.addEventListener("abort", this.leave);
    for (;;) {
      const attempt = this.#nextAttempt();
      try {
        return await this.#operation.attempt(attempt, this.signal);
      } catch (error) {
        await this.#prepareNext(error);
      }
    }
  }

  #nextAttempt(): Attempt<Request> {
    const { input } = this;
    const candidate = this.#candidate;
    const maxOutputTokens = outputLimit(candidate.bound, this.hold.amountMicro);
    if (this.#tries === 0) input.log.setProvider(candidate.deployment.providerId);
    this.#tries++;
    this.#attempts++;
    if (this.#state === "reserved") this.#state = "trying";
    const { requestId, request } = input;
    return { requestId, request, candidate, maxOutputTokens, control: this };
  }

  /** @throws the error, where it stands */
  async #prepareNext(error: unknown): Promise<void> {
    if (this.signal.aborted || this.#hasClientLeft) throw error;
    const next = nextTry(error, this.#candidate, this.#others, this.#tries);
    if (next === null) throw error;
    const { candidate, pauseMs } = next;
    const { upstreamStatus } = asApiError(error);
    this.deps.metrics.upstreamRetried(this.#candidate.deployment.providerId);
    this.input.log.info({ upstreamStatus, pauseMs }, "provider refused, trying again");
    // Also where answers are read on without their client: there is none yet that could be.
    const signals = [this.signal, this.input.signal];
    if (pauseMs > 0) await pauseUnlessAborted(this.deps.clock, pauseMs, signals, error);
    if (candidate === this.#candidate) return;
    this.#candidate = candidate;
    this.#others.shift();
    this.#tries = 0;
  }

  /** The first event was good: what fails from here on is charged for what was delivered. */
  flow(): void {
    this.#firstEventMs ??= this.#sinceStartMs();
    if (this.#state === "trying") this.#state = "flowing";
  }

  /** The client has its status 200 already: a failure before the first event is recorded so. */
  markAnswered(): void {
    this.#isAnswered = true;
  }

  abort(reason: unknown): void {
    this.#abort.abort(reason);
  }

  /** The client has left: ends the call, or has it read on within the provider's limits. */
  readonly leave = (): void => {
    if (this.#hasClientLeft || this.#state === "settled") return;
    this.#hasClientLeft = true;
    if (!this.#startDraining()) this.#abort.abort(clientClosedRequest());
    this.#whenLeft?.();
  };

  #startDraining(): boolean {
    const { deployment, settings } = this.#candidate;
    if (settings.onDisconnect !== "drain" || this.#state === "reserved") return false;
    const { maxCalls, maxMs } = settings.drain;
    if (!this.deps.running.startDraining(deployment.providerId, maxCalls)) return false;
    this.#state = "draining";
    this.#drain = this.deps.deadlines.after(maxMs, () => this.#abort.abort(clientClosedRequest()));
    return true;
  }

  /** Calls back once when the client has left and the call was ended or let on; at once where it has left already. */
  whenLeft(callback: () => void): void {
    if (this.#hasClientLeft) callback();
    else this.#whenLeft = callback;
  }

  /** Ends the call, because the server has to end. */
  stop(): void {
    if (this.signal.aborted) return;
    this.#wasStopped = true;
    this.#abort.abort(shuttingDown());
  }

  /** Ends the call whose answer came to its end. `answer` is kept under the request's idempotency key. */
  endWhole(answer: () => AnswerToKeep): Promise<Settled> {
    return this.#end(endingOfWhole(this), answer);
  }

  /** Ends the call that failed. */
  endFailed(error: unknown): Promise<Settled> {
    const settled = this.#end(endingOfFailure(this.#progress(), error), null);
    // Whatever failed, nobody wants more of the provider's answer.
    if (!this.signal.aborted) this.#abort.abort(asApiError(error));
    return settled;
  }

  #progress(): Progress {
    return {
      wasTried: this.#state !== "reserved",
      hasFlowed: this.#firstEventMs !== null,
      isAnswered: this.#isAnswered,
      hasClientLeft: this.#hasClientLeft,
      wasStopped: this.#wasStopped,
      signal: this.signal,
    };
  }

  /** Whoever notices first that it is over settles it; all others are told what came of that. */
  #end(ending: CallEnding, answer: (() => AnswerToKeep) | null): Promise<Settled> {
    this.#settled ??= this.#settle(ending, answer);
    return withinPatience(this.#settled, this.deadlines, this.hold.amountMicro);
  }

  async #settle(ending: CallEnding, answer: (() => AnswerToKeep) | null): Promise<Settled> {
    const { deps, input } = this;
    this.#state = "settled";
    try {
      return await settle({
        deps,
        input,
        candidate: this.#candidate,
        operation: this.#operation,
        meter: this.meter,
        ending,
        answer,
        heldMicro: this.hold.amountMicro,
        attempts: this.#attempts,
        firstEventMs: this.#firstEventMs,
        durationMs: this.#sinceStartMs(),
      });
    } catch (error) {
      // Whoever waited for it may have given up by then.
      input.log.error({ err: error }, "could not settle");
      throw error;
    } finally {
      this.#close();
    }
  }

  /** The money is settled, or none was taken. */
  #close(): void {
    const { input, deps } = this;
    this.#state = "settled";
    deps.running.remove(this);
    if (this.#drain !== null) {
      this.#drain.clear();
      this.#drain = null;
      deps.running.stopDraining(this.#candidate.deployment.providerId);
    }
    // The signal, which goes with its request, is not unlistened to: that costs more than a call of `leave` in vain.
    input.onEnded?.();
  }

  #sinceStartMs(): number {
    return Math.round(this.deps.clock.monoMs() - this.input.startedMonoMs);
  }
}
