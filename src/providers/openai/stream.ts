// A provider's stream of events as UpstreamChunks.
import { upstreamError } from "../../base/errors.ts";
import type { PlainShape, UpstreamChunk } from "../protocol.ts";
import { asChunk, Envelope } from "../shared/envelope.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
import type { StreamReader } from "../shared/http-dialect.ts";
import { isGiven, isObject, type JsonObject } from "../shared/json.ts";
import { isDone, readEvent } from "../shared/read-event.ts";
import { countsOutput } from "../shared/token-counts.ts";
import type { SseEvent } from "../transport/sse.ts";
import type { AnswerOptions } from "./answer-options.ts";
import { openChoice } from "./choice.ts";
import { ChoiceStream } from "./choice-stream.ts";
import { plainChoiceOf, ShapeFinder } from "./plain-chunk.ts";
import { dropUsage, readUsage } from "./usage.ts";

/**
 * More choices than any request may ask for: one stream's memory must not grow with what a provider
 * sends.
 */
const MAX_CHOICES = 1_024;

/**
 * Reads the events of one stream in order: what a chunk means can depend on those before it. Finish
 * reasons are held until the end: some providers give two for one choice, or go on after the first,
 * and clients append the words, or stop reading.
 */
export class ChatStream implements StreamReader<SseEvent> {
  readonly #options: AnswerOptions;
  readonly #choices = new Map<number, ChoiceStream>();
  readonly #envelope: Envelope;
  readonly #shapes = new ShapeFinder();
  #finishedChoices = 0;
  #ended = false;
  #hasReport = false;
  #isCounted = false;
  /** The last event with a finish reason, without its choices. */
  #closing: JsonObject = {};

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#envelope = new Envelope(options.model);
  }

  get finished(): boolean {
    return this.#finishedChoices >= Math.max(this.#options.choices, this.#choices.size);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** None once a choice has its end: what comes for it then has to be looked at. */
  get shape(): PlainShape | null {
    return this.#finishedChoices === 0 ? this.#shapes.current : null;
  }

  read(event: SseEvent): UpstreamChunk[] {
    if (isDone(event)) {
      this.#ended = true;
      return [];
    }
    const read = this.#readChunk(event);
    const isEmpty =
      read.chunk.choices.length === 0 &&
      read.usage === null &&
      read.reportedCostMicro === undefined;
    return isEmpty ? [] : [read];
  }

  /**
   * The finish reasons. The provider's own terminal event ends an answer that has none, but for one
   * whose arguments are cut or where other choices have theirs.
   */
  end(): UpstreamChunk[] {
    const choices = [...this.#choices.values()];
    const isEmpty = !this.#hasReport && !choices.some((choice) => choice.hasBegun);
    if (isEmpty || choices.length === 0) {
      throw upstreamError("The provider's answer is empty.");
    }
    const isPartly = this.#finishedChoices > 0 && this.#finishedChoices < choices.length;
    const isCut = choices.some((choice) => !choice.isFinished && choice.isCut);
    if (!this.finished && (!this.#ended || isPartly || isCut)) {
      throw upstreamError("The provider's answer ended early.");
    }
    const body = { ...this.#closing, choices: choices.map((choice) => choice.finish()) };
    this.#envelope.fill(body, "chat.completion.chunk");
    return [{ chunk: asChunk(body), wire: null, usage: null }];
  }

  /** The wire text is kept when nothing had to change and no usage was taken out. */
  #readChunk(event: SseEvent): UpstreamChunk {
    const body = readEvent(event, COMMON_ERRORS);
    if (this.#isPlain(body) && !event.data.includes("\n")) {
      this.#shapes.learn(event.data);
      return { chunk: asChunk(body), wire: event.data, usage: null };
    }
    const report = readUsage(body, this.#options.quirks, this.#options.writesForAnHour);
    this.#hasReport ||= (report?.usage ?? null) !== null;
    this.#isCounted ||= countsOutput(report?.usage);
    const trimmed = dropUsage(body);
    const filled = this.#envelope.fill(body, "chat.completion.chunk");
    const changed = this.#normalizeChoices(body) || trimmed || filled;
    const chunk = asChunk(body);
    // An event of several lines has line ends in it, which one line of our own stream cannot hold.
    const wire = changed || event.data.includes("\n") ? null : event.data;
    return { chunk, wire, usage: null, ...report };
  }

  /** Whether nothing of it has to change: its choice has begun, and goes on with some text. */
  #isPlain(body: JsonObject): boolean {
    const index = plainChoiceOf(body);
    return index !== null && this.#choices.get(index)?.goesOn() === true;
  }

  /** A null stands for no choice. */
  #normalizeChoices(body: JsonObject): boolean {
    const given = body.choices;
    if (!Array.isArray(given)) {
      body.choices = [];
      return true;
    }
    let changed = false;
    let hides = false;
    for (const [position, choice] of given.entries()) {
      if (choice === null) {
        hides = true;
        continue;
      }
      changed = this.#normalizeChoice(choice, position) || changed;
      hides ||= isGiven(choice.finish_reason);
    }
    if (!hides) {
      return changed;
    }
    body.choices = this.#withoutEnds(given.filter(isObject));
    const { choices: _choices, ...closing } = body;
    this.#closing = { ...this.#closing, ...closing };
    return true;
  }

  #normalizeChoice(given: unknown, position: number): boolean {
    const { choice, changed } = openChoice(given, position);
    const state = this.#stateOf(Number(choice.index));
    return state.normalize(choice, this.#isCounted) || changed;
  }

  /** The choices that have something to say beside their finish reason, which is taken from them. */
  #withoutEnds(choices: readonly JsonObject[]): JsonObject[] {
    return choices.flatMap((choice) => {
      if (!isGiven(choice.finish_reason)) {
        return [choice];
      }
      const state = this.#stateOf(Number(choice.index));
      this.#finishedChoices += state.isFinished ? 0 : 1;
      const rest = state.hold(choice);
      return rest === null ? [] : [rest];
    });
  }

  #stateOf(index: number): ChoiceStream {
    let state = this.#choices.get(index);
    if (state === undefined) {
      if (this.#choices.size >= MAX_CHOICES) {
        throw upstreamError("The provider sent more choices than the gateway accepts.");
      }
      state = new ChoiceStream(index);
      this.#choices.set(index, state);
    }
    return state;
  }
}
