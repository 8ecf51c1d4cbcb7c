// Anthropic's stream of events as UpstreamChunks.
import type { ChatCompletionChunk, TokenUsage } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import { newCompletionId } from "../../base/ids.ts";
import type { UpstreamChunk } from "../protocol.ts";
import type { StreamReader } from "../shared/http-adapter.ts";
import { asObject, isObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";
import type { SseEvent } from "../transport/sse.ts";
import { BlockReader, type Delta } from "./block-reader.ts";
import { ERRORS } from "./errors.ts";
import { type FinishReason, finishReason, refusalText } from "./stop-reason.ts";
import { UsageReader } from "./usage.ts";

/**
 * Reads the events of one stream in order. Events, blocks and deltas of unknown kinds are passed
 * over, as Anthropic adds new ones at any time; `ping` is one of them.
 */
export class EventReader implements StreamReader<SseEvent> {
  readonly #blocks: BlockReader;
  readonly #usage = new UsageReader();
  readonly #created = Math.floor(Date.now() / 1000);
  #id = "";
  #model: string;
  #started = false;
  #finished = false;
  #ended = false;

  /**
   * @param model the model that was asked for, where the stream names none
   * @param answerTool the tool whose input is the answer's text, or null
   */
  constructor(model: string, answerTool: string | null) {
    this.#model = model;
    this.#blocks = new BlockReader(answerTool);
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** Whether `message_stop` has come. */
  get ended(): boolean {
    return this.#ended;
  }

  end(): UpstreamChunk[] {
    if (!this.#finished) {
      throw upstreamError("The provider's answer ended early.");
    }
    return [];
  }

  /**
   * The chunks of one event's data; none for many. Usage comes with the first chunk already, so
   * that a stream that is cut is charged with its input as reported, and again with each later
   * report.
   * @throws ApiError when it is not a JSON object, comes out of order or is an error
   */
  read({ data }: SseEvent): UpstreamChunk[] {
    const event = parseJson(data);
    const error = ERRORS.fromPayload(event);
    if (error !== null) {
      throw error;
    }
    if (!isObject(event)) {
      throw upstreamError("The provider sent an event that is not a JSON object.");
    }
    switch (event.type) {
      case "message_start":
        return this.#start(asObject(event.message));
      case "content_block_start":
        return this.#chunks(this.#blocks.start(event.index, asObject(event.content_block)));
      case "content_block_delta":
        return this.#chunks(this.#blocks.delta(event.index, asObject(event.delta)));
      case "content_block_stop":
        return this.#chunks(this.#blocks.stop(event.index));
      case "message_delta":
        return this.#messageDelta(asObject(event.delta), event.usage);
      case "message_stop":
        return this.#stop();
      default:
        return [];
    }
  }

  #start(message: JsonObject): UpstreamChunk[] {
    this.#started = true;
    this.#id = nonEmptyString(message.id) ?? newCompletionId();
    this.#model = nonEmptyString(message.model) ?? this.#model;
    const usage = this.#usage.add(message.usage);
    return [early(this.#chunk({ role: "assistant", content: "" }, null, usage))];
  }

  #messageDelta(delta: JsonObject, reported: unknown): UpstreamChunk[] {
    const usage = this.#usage.add(reported);
    if (nonEmptyString(delta.stop_reason) === null) {
      return usage === null ? [] : [early(this.#usageOnly(usage))];
    }
    return [...this.#chunks(this.#blocks.end()), this.#finish(delta, usage)];
  }

  #stop(): UpstreamChunk[] {
    this.#ended = true;
    return this.#finished ? [] : [...this.#chunks(this.#blocks.end()), this.#finish({}, null)];
  }

  #finish(delta: JsonObject, usage: TokenUsage | null): UpstreamChunk {
    this.#finished = true;
    const refusal = refusalText(delta);
    const reason = finishReason(delta.stop_reason, this.#blocks.hasToolCalls);
    return this.#chunk(refusal === null ? {} : { refusal }, reason, usage);
  }

  #chunks(deltas: Delta[]): UpstreamChunk[] {
    return deltas.map((delta) => this.#chunk(delta, null, null));
  }

  #chunk(delta: Delta, finish: FinishReason | null, usage: TokenUsage | null): UpstreamChunk {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finish };
    return { chunk: this.#envelope([choice]), wire: null, usage };
  }

  #usageOnly(usage: TokenUsage): UpstreamChunk {
    return { chunk: this.#envelope([]), wire: null, usage };
  }

  #envelope(choices: ChatCompletionChunk.Choice[]): ChatCompletionChunk {
    if (!this.#started) {
      throw upstreamError("The provider's answer came without its beginning.");
    }
    return {
      id: this.#id,
      object: "chat.completion.chunk",
      created: this.#created,
      model: this.#model,
      choices,
    };
  }
}

/** Until the finish, usage has all of the input but not the output that is still to come. */
const early = (piece: UpstreamChunk): UpstreamChunk => ({ ...piece, usageIsFinal: false });
