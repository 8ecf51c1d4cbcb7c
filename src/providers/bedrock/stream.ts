// Converse's stream of events as UpstreamChunks.
import { AnswerStream } from "../claude/answer-stream.ts";
import type { UpstreamChunk } from "../protocol.ts";
import type { Delta } from "../shared/envelope.ts";
import { asObject, isObject, type JsonObject } from "../shared/json.ts";
import { errorFromException } from "./errors.ts";
import type { BedrockEvent } from "./event-frames.ts";
import { reportedCounts, thinkingCount } from "./usage.ts";

/** Reads the events of one stream in order. */
export class ChunkReader extends AnswerStream<BedrockEvent> {
  #hasMetadata = false;

  /** Usage comes in an event of its own, after the answer's end or before it. */
  get ended(): boolean {
    return this.finished && this.#hasMetadata;
  }

  /**
   * The chunks that an event stands for; unknown events stand for none.
   * @throws ApiError for an exception, and for a malformed answer
   */
  read({ kind, type, payload }: BedrockEvent): UpstreamChunk[] {
    if (kind === "exception") {
      throw errorFromException(type, payload);
    }
    const { contentBlockIndex: block } = payload;
    switch (type) {
      case "messageStart":
        return this.start();
      case "contentBlockStart":
        return this.#say(this.#open(block, asObject(payload.start)));
      case "contentBlockDelta":
        return this.#say(this.#delta(block, asObject(payload.delta)));
      case "contentBlockStop":
        return this.#say(this.blocks.closeTool(block));
      case "messageStop":
        return this.#finish(payload);
      case "metadata":
        this.#hasMetadata = true;
        return [this.envelope.chunk([], this.usage.add(reportedCounts(payload.usage)))];
      default:
        return [];
    }
  }

  #open(block: unknown, { toolUse }: JsonObject): Delta[] {
    if (!isObject(toolUse)) {
      return [];
    }
    return this.blocks.openTool(block, { id: toolUse.toolUseId, name: toolUse.name });
  }

  #delta(block: unknown, delta: JsonObject): Delta[] {
    return [
      ...this.blocks.text(delta.text),
      ...this.blocks.thinking(asObject(delta.reasoningContent).text),
      ...this.blocks.toolInput(block, asObject(delta.toolUse).input),
    ];
  }

  #finish({ stopReason, additionalModelResponseFields: extra }: JsonObject): UpstreamChunk[] {
    if (this.finished) {
      return [];
    }
    const usage = this.usage.add(thinkingCount(extra));
    return [...this.start(), ...this.finish(stopReason, {}, usage)];
  }

  /** After the role, where the provider left its first event out. */
  #say(deltas: Delta[]): UpstreamChunk[] {
    return deltas.length === 0 || this.finished ? [] : [...this.start(), ...this.say(deltas)];
  }
}
