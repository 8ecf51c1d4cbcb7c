// Anthropic's stream of events as UpstreamChunks.
import { upstreamError } from "../../base/errors.ts";
import { AnswerStream } from "../claude/answer-stream.ts";
import type { UpstreamChunk } from "../protocol.ts";
import type { Delta } from "../shared/envelope.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { readEvent } from "../shared/read-event.ts";
import type { SseEvent } from "../transport/sse.ts";
import { ERRORS } from "./errors.ts";
import { reportedCounts } from "./usage.ts";

/**
 * Reads the events of one stream in order. Events, blocks and deltas of unknown kinds are passed
 * over, as Anthropic adds new ones at any time; `ping` is one of them. Text blocks are joined to the
 * content, thinking to `reasoning_content`; hidden thinking and tools that the provider runs are left
 * out.
 */
export class EventReader extends AnswerStream<SseEvent> {
  #ended = false;

  /** Whether `message_stop` has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * The chunks of one event; none for many. Usage comes with the first chunk already, so that a
   * stream that is cut is charged with its input as reported, and again with each later report.
   * @throws ApiError when it is not a JSON object, comes out of order or is an error
   */
  read(given: SseEvent): UpstreamChunk[] {
    return this.take(readEvent(given, ERRORS));
  }

  /** The same for an event that is read already. */
  take(event: JsonObject): UpstreamChunk[] {
    switch (event.type) {
      case "message_start":
        return this.#start(asObject(event.message));
      case "content_block_start":
        return this.#say(this.#begin(event.index, asObject(event.content_block)));
      case "content_block_delta":
        return this.#say(this.#delta(event.index, asObject(event.delta)));
      case "content_block_stop":
        return this.#say(this.blocks.closeTool(event.index));
      case "message_delta":
        return this.#messageDelta(asObject(event.delta), event.usage);
      case "message_stop":
        return this.#stop();
      default:
        return [];
    }
  }

  #start(message: JsonObject): UpstreamChunk[] {
    const usage = this.usage.add(reportedCounts(message.usage));
    if (this.isStarted) {
      return usage === null ? [] : [early(this.envelope.chunk([], usage))];
    }
    this.envelope.read({ id: message.id, model: message.model });
    return this.start(usage).map(early);
  }

  #begin(index: unknown, { type, text, thinking, id, name, input }: JsonObject): Delta[] {
    switch (type) {
      case "text":
        return this.blocks.text(text);
      case "thinking":
        return this.blocks.thinking(thinking);
      case "tool_use":
        return this.blocks.openTool(index, { id, name, input });
      default:
        return [];
    }
  }

  #delta(index: unknown, delta: JsonObject): Delta[] {
    switch (delta.type) {
      case "text_delta":
        return this.blocks.text(delta.text);
      case "thinking_delta":
        return this.blocks.thinking(delta.thinking);
      case "input_json_delta":
        return this.blocks.toolInput(index, delta.partial_json);
      default:
        return [];
    }
  }

  #messageDelta(delta: JsonObject, reported: unknown): UpstreamChunk[] {
    const usage = this.usage.add(reportedCounts(reported));
    if (!this.finished && nonEmptyString(delta.stop_reason) !== null) {
      // Why the model refused, in words, where it did and they are given.
      const refusal = nonEmptyString(asObject(delta.stop_details).explanation);
      const isTold = delta.stop_reason === "refusal" && refusal !== null;
      return this.finish(delta.stop_reason, isTold ? { refusal } : {}, usage);
    }
    if (usage === null) {
      return [];
    }
    const chunk = this.envelope.chunk([], usage);
    return [this.finished ? chunk : early(chunk)];
  }

  /** The provider's own last word ends the answer, with or without a reason, unless a call is torn. */
  #stop(): UpstreamChunk[] {
    this.#ended = true;
    if (this.finished) {
      return [];
    }
    if (this.blocks.isTorn) {
      throw upstreamError("The provider's answer ended early.");
    }
    return this.finish(null, {}, null);
  }

  #say(deltas: Delta[]): UpstreamChunk[] {
    if (!this.isStarted) {
      throw upstreamError("The provider's answer came without its beginning.");
    }
    return this.say(deltas);
  }
}

/** Until the finish, usage has all of the input but not the output that is still to come. */
const early = (chunk: UpstreamChunk): UpstreamChunk => ({ ...chunk, usageIsFinal: false });
