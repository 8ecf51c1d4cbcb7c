// The events of one stream of Gemini's as OpenAI's chunks.
import type { TokenUsage } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { deltaChoice, Envelope } from "../shared/envelope.ts";
import type { StreamReader } from "../shared/http-dialect.ts";
import type { JsonObject } from "../shared/json.ts";
import { isDone, readEvent } from "../shared/read-event.ts";
import { countsOutput } from "../shared/token-counts.ts";
import type { SseEvent } from "../transport/sse.ts";
import { blockReason, type Candidate, endOf, readCandidates } from "./candidate.ts";
import { ERRORS } from "./errors.ts";
import type { SignatureCache } from "./signatures.ts";
import { parseUsage } from "./usage.ts";

/**
 * What an answer may pause for after each event, in milliseconds, where its model names a finish
 * reason in every one: then none says that the answer is whole.
 */
export const REPEATED_FINISH_GRACE_MS = 15_000;

/** What one choice has shown so far. */
interface ChoiceState {
  toolCalls: number;
  finishReason: string | null;
}

export interface StreamOptions {
  /** The model that was asked for, where the events name none. */
  model: string;
  /** How many choices were asked for. */
  choices: number;
  /** Remembers the signatures of the tool calls. */
  signatures: Pick<SignatureCache, "remember">;
}

/** Reads the events of one stream in order, then its end: Gemini has no terminal event. */
export class GeminiStream implements StreamReader<SseEvent> {
  readonly #options: StreamOptions;
  readonly #envelope: Envelope;
  readonly #choices = new Map<number, ChoiceState>();
  /** How many of them have a finish reason. */
  #endedChoices = 0;
  #blocked = false;
  #hasOutput = false;
  /** Some event was no end by itself, so that one which says so is. */
  #hasPlainEvents = false;
  #ended = false;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#envelope = new Envelope(options.model);
  }

  get finished(): boolean {
    return (
      this.#blocked || this.#endedChoices >= Math.max(this.#options.choices, this.#choices.size)
    );
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Longer than usual where a finish reason may be in every event. */
  get graceMs(): number | undefined {
    return this.#hasPlainEvents || this.#blocked ? undefined : REPEATED_FINISH_GRACE_MS;
  }

  /**
   * Reads one event as any number of chunks. Each tool call has a chunk of its own, as some clients
   * read only the first call of a chunk. The event's usage is on each of them: on the first for a
   * client that leaves after it, on the last, and there as the final one where the answer is whole,
   * because it covers that too. Finish reasons are kept for {@link end}.
   * @throws ApiError when it is not a JSON object, holds an error or a failed candidate
   */
  read(event: SseEvent): UpstreamChunk[] {
    if (isDone(event)) {
      this.#ended = true;
      return [];
    }
    return this.take(readEvent(event, ERRORS));
  }

  /** The same for an event's body. @param isWhole what says something needs no finish reason */
  take(body: JsonObject, isWhole = false): UpstreamChunk[] {
    this.#envelope.read({ id: body.responseId, model: body.modelVersion });
    this.#blocked ||= blockReason(body) !== null;
    const usage = parseUsage(body.usageMetadata);
    const candidates = readCandidates(body, this.#options.signatures);
    this.#hasOutput ||= candidates.some(({ pieces }) => pieces.length > 0) || countsOutput(usage);
    const choices = candidates.flatMap((candidate) => this.#readCandidate(candidate, isWhole));
    if (choices.length === 0) {
      return usage === null ? [] : [this.#chunk([], usage, this.finished)];
    }
    return choices.map((choice, index) =>
      this.#chunk([choice], usage, this.finished && index === choices.length - 1),
    );
  }

  /**
   * The chunks that end the answer, once the stream is over.
   * @throws ApiError when a choice is missing or has no finish reason, and the answer was not blocked
   */
  end(): UpstreamChunk[] {
    if (!this.finished) {
      const fault = this.#hasOutput ? "ended early" : "is empty";
      throw upstreamError(`The provider's answer ${fault}.`);
    }
    if (this.#choices.size === 0) {
      const delta = { role: "assistant", content: "" };
      return [this.#envelope.chunk([deltaChoice(0, delta, "content_filter")])];
    }
    return [...this.#choices].map(([index, state]) => {
      // What was blocked in mid-answer may lack a finish reason of its own.
      const reason = state.finishReason === null ? "content_filter" : this.#finishOf(state);
      return this.#envelope.chunk([deltaChoice(index, {}, reason)]);
    });
  }

  #readCandidate(candidate: Candidate, isWhole: boolean): JsonObject[] {
    const { index, pieces, logprobs, finishReason } = candidate;
    const known = this.#choices.get(index);
    const state = known ?? { toolCalls: 0, finishReason: null };
    const deltas: JsonObject[] = known === undefined ? [{ role: "assistant", content: "" }] : [];
    // Text and thoughts between two calls share a delta.
    for (const piece of pieces) {
      const last = deltas.at(-1);
      if (piece.field === "tool_calls") {
        deltas.push({ tool_calls: [{ index: state.toolCalls++, ...piece.call }] });
      } else if (last === undefined || "tool_calls" in last) {
        deltas.push({ [piece.field]: piece.text });
      } else {
        last[piece.field] = `${last[piece.field] ?? ""}${piece.text}`;
      }
    }
    if (logprobs !== null && deltas.length === 0) {
      deltas.push({});
    }
    this.#choices.set(index, state);
    this.#takeFinishReason(state, finishReason ?? (isWhole && pieces.length > 0 ? "STOP" : null));
    return deltas.map((delta, position) =>
      deltaChoice(index, delta, null, position === 0 ? logprobs : null),
    );
  }

  /** Of several, the last counts; but a plain one says nothing against an earlier one that is not. */
  #takeFinishReason(state: ChoiceState, reason: string | null): void {
    if (reason === null) {
      this.#hasPlainEvents ||= state.finishReason === null;
      return;
    }
    if (state.finishReason === null) {
      this.#endedChoices++;
    }
    if (state.finishReason === null || reason !== "STOP") {
      state.finishReason = reason;
    }
    // A failure ends the answer here, before anything of it is shown where nothing is there to show.
    this.#finishOf(state);
  }

  #finishOf({ finishReason, toolCalls }: ChoiceState) {
    const hasOutput = this.#hasOutput;
    return endOf(finishReason, { hasCalls: toolCalls > 0, hasOutput });
  }

  #chunk(choices: JsonObject[], usage: TokenUsage | null, usageIsFinal: boolean): UpstreamChunk {
    return { ...this.#envelope.chunk(choices, usage), usageIsFinal };
  }
}
