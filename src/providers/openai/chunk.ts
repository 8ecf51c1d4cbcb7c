// A provider's stream of events as UpstreamChunks.
import type { ChatCompletionChunk } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import { newCompletionId } from "../../base/ids.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
import type { StreamReader } from "../shared/http-adapter.ts";
import { asObject, isObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";
import type { SseEvent } from "../transport/sse.ts";
import { fillLogprobs, normalizeContent } from "./content.ts";
import { finishError, mapFinishReason } from "./finish-reason.ts";
import { ToolDeltas } from "./tool-deltas.ts";
import { findUsage, parseUsage, type UsageOptions } from "./usage.ts";

/**
 * More choices than any request may ask for: one stream's memory must not grow with what a provider
 * sends.
 */
const MAX_CHOICES = 1_024;

/** The terminal event of a stream. Compared by its start, as the Python SDK does. */
const DONE = "[DONE]";

/** What one choice has shown so far. */
interface ChoiceState {
  hasRole: boolean;
  finished: boolean;
  tools: ToolDeltas;
}

/** Reads the events of one stream in order: what a piece means can depend on those before it. */
export class ChunkReader implements StreamReader<SseEvent> {
  readonly #usage: UsageOptions;
  readonly #choices = new Map<number, ChoiceState>();
  readonly #createdSeconds = Math.floor(Date.now() / 1000);
  readonly #expectedChoices: number;
  #id: string | null = null;
  #model: string;
  #started = false;
  #finishedChoices = 0;
  #ended = false;

  /**
   * @param model the model that was asked for, where the provider's chunks name none
   * @param expectedChoices how many were asked for
   */
  constructor(model: string, usage: UsageOptions, expectedChoices: number) {
    this.#model = model;
    this.#usage = usage;
    this.#expectedChoices = expectedChoices;
  }

  get finished(): boolean {
    return this.#finishedChoices >= this.#expectedChoices;
  }

  get ended(): boolean {
    return this.#ended;
  }

  read({ data }: SseEvent): UpstreamChunk[] {
    if (data.startsWith(DONE)) {
      this.#ended = true;
      return [];
    }
    return [this.#readChunk(data)];
  }

  end(): UpstreamChunk[] {
    if (!this.#started) {
      throw upstreamError("The provider's answer is empty.");
    }
    if (!this.finished && !this.#ended) {
      throw upstreamError("The provider's answer ended early.");
    }
    return [];
  }

  /** The wire text is kept when nothing had to change and no usage was taken out. */
  #readChunk(data: string): UpstreamChunk {
    const body = parseJson(data);
    const error = COMMON_ERRORS.fromPayload(body);
    if (error !== null) {
      throw error;
    }
    if (!isObject(body)) {
      throw upstreamError("The provider sent an event that is not a JSON object.");
    }
    this.#started = true;
    const given = findUsage(body);
    const usage = given === undefined ? null : parseUsage(given, this.#usage);
    const trimmed = dropUsage(body);
    const filled = this.#fillEnvelope(body);
    const changed = this.#normalizeChoices(body) || trimmed || filled;
    // The envelope and each choice were just checked or set; the rest is the provider's word.
    const chunk = body as unknown as ChatCompletionChunk;
    // An event of several lines has line ends in it, which one line of our own stream cannot hold.
    const reusable = !changed && !data.includes("\n");
    return { chunk, wire: reusable ? data : null, usage };
  }

  #fillEnvelope(body: JsonObject): boolean {
    const id = nonEmptyString(body.id);
    const model = nonEmptyString(body.model);
    this.#id ??= id;
    this.#model = model ?? this.#model;
    const complete =
      id !== null &&
      model !== null &&
      body.object === "chat.completion.chunk" &&
      typeof body.created === "number";
    if (complete) {
      return false;
    }
    this.#id ??= newCompletionId();
    body.id = id ?? this.#id;
    body.object = "chat.completion.chunk";
    body.created = typeof body.created === "number" ? body.created : this.#createdSeconds;
    body.model = this.#model;
    return true;
  }

  #normalizeChoices(body: JsonObject): boolean {
    if (!Array.isArray(body.choices)) {
      body.choices = [];
      return true;
    }
    let changed = false;
    for (const [position, choice] of body.choices.entries()) {
      if (!isObject(choice)) {
        throw upstreamError("The provider sent a choice that is not an object.");
      }
      changed = this.#normalizeChoice(choice, position) || changed;
    }
    return changed;
  }

  #normalizeChoice(choice: JsonObject, position: number): boolean {
    const error = finishError(choice.finish_reason) ?? COMMON_ERRORS.fromPayload(choice);
    if (error !== null) {
      throw error;
    }
    let changed = false;
    if (typeof choice.index !== "number") {
      choice.index = position;
      changed = true;
    }
    const state = this.#stateOf(Number(choice.index));
    if (!isObject(choice.delta)) {
      choice.delta = {};
      changed = true;
    }
    changed = fillLogprobs(choice) || changed;
    changed = normalizeDelta(asObject(choice.delta), state) || changed;
    return this.#normalizeFinish(choice, state) || changed;
  }

  #normalizeFinish(choice: JsonObject, state: ChoiceState): boolean {
    const given = choice.finish_reason;
    const reason = nonEmptyString(given);
    choice.finish_reason = reason === null ? null : mapFinishReason(reason, state.tools.seen);
    if (reason !== null && !state.finished) {
      state.finished = true;
      this.#finishedChoices++;
    }
    return choice.finish_reason !== given;
  }

  #stateOf(index: number): ChoiceState {
    let state = this.#choices.get(index);
    if (state === undefined) {
      if (this.#choices.size >= MAX_CHOICES) {
        throw upstreamError("The provider sent more choices than the gateway accepts.");
      }
      state = { hasRole: false, finished: false, tools: new ToolDeltas() };
      this.#choices.set(index, state);
    }
    return state;
  }
}

/** Takes usage out: the protocol gives it beside the chunk. Groq's envelope goes as a whole. */
function dropUsage(body: JsonObject): boolean {
  let changed = false;
  if (body.usage !== undefined && body.usage !== null) {
    delete body.usage;
    changed = true;
  }
  if (body.x_groq !== undefined) {
    delete body.x_groq;
    changed = true;
  }
  return changed;
}

function normalizeDelta(delta: JsonObject, state: ChoiceState): boolean {
  let changed = normalizeContent(delta);
  // Clients that build a message from deltas need the role once, and must not see an empty one.
  if (!state.hasRole && delta.role !== "assistant") {
    delta.role = "assistant";
    changed = true;
  } else if (state.hasRole && delta.role !== undefined && delta.role !== "assistant") {
    delete delta.role;
    changed = true;
  }
  state.hasRole = true;
  return normalizeToolDeltas(delta, state.tools) || changed;
}

function normalizeToolDeltas(delta: JsonObject, tools: ToolDeltas): boolean {
  if (delta.tool_calls === undefined) {
    return false;
  }
  const calls = delta.tool_calls;
  if (!Array.isArray(calls) || calls.length === 0) {
    delete delta.tool_calls;
    return true;
  }
  let changed = false;
  for (const call of calls) {
    changed = (isObject(call) && tools.normalize(call)) || changed;
  }
  return changed;
}
