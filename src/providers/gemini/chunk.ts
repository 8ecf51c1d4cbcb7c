// The events of one stream of Gemini's as OpenAI's chunks.
import type { ChatCompletionChunk, TokenUsage } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import { newCompletionId } from "../../base/ids.ts";
import type { UpstreamChunk } from "../protocol.ts";
import type { StreamReader } from "../shared/http-adapter.ts";
import { isObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";
import type { SseEvent } from "../transport/sse.ts";
import { blockReason, type Candidate, readCandidates } from "./candidate.ts";
import { ERRORS } from "./errors.ts";
import { type FinishReason, mapFinishReason } from "./finish-reason.ts";
import type { SignatureCache } from "./signatures.ts";
import { parseUsage } from "./usage.ts";

/** How an answer ends that Gemini blocked. */
const BLOCKED: FinishReason = "content_filter";

/** What one choice has shown so far. */
interface ChoiceState {
  toolCalls: number;
  finishReason: string | null;
}

/** Not Gemini's, but some gateways in between add OpenAI's terminal event. */
const DONE = "[DONE]";

/** Reads the events of one stream in order, then its end. */
export class EventReader implements StreamReader<SseEvent> {
  readonly #signatures: Pick<SignatureCache, "remember">;
  readonly #choices = new Map<number, ChoiceState>();
  readonly #createdSeconds = Math.floor(Date.now() / 1000);
  #id: string | null = null;
  #model: string;
  #blocked = false;
  #ended = false;

  /**
   * @param model the model that was asked for, where the events name none
   * @param signatures remembers the signatures of the tool calls
   */
  constructor(model: string, signatures: Pick<SignatureCache, "remember">) {
    this.#model = model;
    this.#signatures = signatures;
  }

  /** Gemini has no terminal event, and may repeat a finish reason in every event. */
  get finished(): boolean {
    const states = [...this.#choices.values()];
    return (
      this.#blocked ||
      (states.length > 0 && states.every(({ finishReason }) => finishReason !== null))
    );
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Reads one event's data as any number of chunks. Each tool call has a chunk of its own, as some
   * clients read only the first call of a chunk. The event's usage is on each of them: on the first
   * for a client that leaves after it, on the last because it covers that too. Finish reasons are kept for {@link end}: some
   * models repeat theirs in every event.
   * @throws ApiError when it is not a JSON object, holds an error or a failed candidate
   */
  read({ data }: SseEvent): UpstreamChunk[] {
    if (data.startsWith(DONE)) {
      this.#ended = true;
      return [];
    }
    const body = parseJson(data);
    const error = ERRORS.fromPayload(body);
    if (error !== null) {
      throw error;
    }
    if (!isObject(body)) {
      throw upstreamError("The provider sent an event that is not a JSON object.");
    }
    this.#id ??= nonEmptyString(body.responseId);
    this.#model = nonEmptyString(body.modelVersion) ?? this.#model;
    this.#blocked ||= blockReason(body) !== null;
    const candidates = readCandidates(body, this.#signatures);
    const choices = candidates.flatMap((candidate) => this.#readCandidate(candidate));
    const usage = parseUsage(body.usageMetadata);
    const [first = null, ...rest] = choices;
    if (first === null) {
      return usage === null ? [] : [this.#chunk(null, usage)];
    }
    return [this.#chunk(first, usage), ...rest.map((choice) => this.#chunk(choice, usage))];
  }

  /**
   * The chunks that end the answer, once the stream is over: Gemini has no terminal event.
   * @throws ApiError when a candidate has no finish reason, or there was none and the prompt was
   * not blocked
   */
  end(): UpstreamChunk[] {
    const states = [...this.#choices];
    // What was blocked in mid-answer may lack a finish reason of its own.
    if (!this.#blocked && states.some(([, { finishReason }]) => finishReason === null)) {
      throw upstreamError("The provider's answer ended early.");
    }
    if (states.length === 0 && !this.#blocked) {
      throw upstreamError("The provider's answer is empty or ended early.");
    }
    if (states.length === 0) {
      const blocked = choice(0, { role: "assistant", content: "" }, BLOCKED);
      return [this.#chunk(blocked, null)];
    }
    return states.map(([index, { finishReason, toolCalls }]) => {
      const reason = finishReason === null ? BLOCKED : mapFinishReason(finishReason, toolCalls > 0);
      return this.#chunk(choice(index, {}, reason), null);
    });
  }

  #readCandidate(candidate: Candidate): JsonObject[] {
    const { index, pieces, logprobs } = candidate;
    let state = this.#choices.get(index);
    const deltas: JsonObject[] = [];
    if (state === undefined) {
      state = { toolCalls: 0, finishReason: null };
      this.#choices.set(index, state);
      deltas.push({ role: "assistant", content: "" });
    }
    state.finishReason ??= candidate.finishReason;
    // Text and thoughts between two calls share a delta.
    let open: JsonObject | null = deltas[0] ?? null;
    for (const piece of pieces) {
      if (piece.kind === "call") {
        deltas.push({ tool_calls: [{ index: state.toolCalls++, ...piece.call }] });
        open = null;
        continue;
      }
      if (open === null) {
        open = {};
        deltas.push(open);
      }
      const field = piece.kind === "text" ? "content" : "reasoning_content";
      open[field] = `${open[field] ?? ""}${piece.text}`;
    }
    if (logprobs !== null && deltas.length === 0) {
      deltas.push({});
    }
    return deltas.map((delta, position) => ({
      ...choice(index, delta, null),
      ...(position === 0 && logprobs !== null ? { logprobs } : {}),
    }));
  }

  #chunk(only: JsonObject | null, usage: TokenUsage | null): UpstreamChunk {
    this.#id ??= newCompletionId();
    const chunk = {
      id: this.#id,
      object: "chat.completion.chunk",
      created: this.#createdSeconds,
      model: this.#model,
      choices: only === null ? [] : [only],
    };
    // `reasoning_content` and `extra_content` are beyond OpenAI's types; all that they require is
    // set.
    const states = [...this.#choices.values()];
    const usageIsFinal = this.#blocked || states.every(({ finishReason }) => finishReason !== null);
    return { chunk: chunk as unknown as ChatCompletionChunk, wire: null, usage, usageIsFinal };
  }
}

function choice(index: number, delta: JsonObject, finishReason: FinishReason | null): JsonObject {
  return { index, delta, logprobs: null, finish_reason: finishReason };
}
