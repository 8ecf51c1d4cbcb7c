// Converse's stream of events as UpstreamChunks.
import { AnswerStream } from "../claude/answer-stream.ts";
import type { UpstreamChunk } from "../protocol.ts";
import type { Delta } from "../shared/envelope.ts";
import { isModelFault } from "../shared/finish-reason.ts";
import { asArray, asObject, isObject, type JsonObject } from "../shared/json.ts";
import { errorFromException } from "./errors.ts";
import type { BedrockEvent } from "./event-frames.ts";
import { reportedCounts, thinkingCount } from "./usage.ts";

/** Reads the events of one stream in order. */
export class ChunkReader extends AnswerStream<BedrockEvent> {
  #hasMetadata = false;
  /** The word for an end at which nothing had been written, until it is known whether output is counted. */
  #fault: unknown = null;

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
        return this.#metadata(payload);
      default:
        return [];
    }
  }

  #open(block: unknown, { toolUse }: JsonObject): Delta[] {
    if (!isObject(toolUse)) {
      return [];
    }
    const { toolUseId: id, name, input } = toolUse;
    return this.blocks.openTool(block, { id, name, input });
  }

  #delta(block: unknown, delta: JsonObject): Delta[] {
    const { reasoningText, text: thought } = asObject(delta.reasoningContent);
    // In a whole answer text that comes with its sources is in a block of its own kind.
    const cited = asArray(asObject(delta.citationsContent).content).map(
      (part) => asObject(part).text,
    );
    return [
      ...[delta.text, ...cited].flatMap((text) => this.blocks.text(text)),
      ...this.blocks.thinking(thought ?? asObject(reasoningText).text),
      ...this.blocks.toolInput(block, asObject(delta.toolUse).input),
    ];
  }

  #metadata({ usage: reported }: JsonObject): UpstreamChunk[] {
    this.#hasMetadata = true;
    const usage = this.usage.add(reportedCounts(reported));
    if (this.#fault === null || this.finished) return [this.envelope.chunk([], usage)];
    return [...this.start(), ...this.finish(this.#fault, {}, usage)];
  }

  #finish({ stopReason, additionalModelResponseFields: extra }: JsonObject): UpstreamChunk[] {
    if (this.finished) {
      return [];
    }
    const usage = this.usage.add(thinkingCount(extra));
    if (!this.#hasMetadata && isModelFault(stopReason) && !this.blocks.said(usage).hasOutput) {
      this.#fault = stopReason;
      return [];
    }
    return [...this.start(), ...this.finish(stopReason, {}, usage)];
  }

  /** After the role, where the provider left its first event out. */
  #say(deltas: Delta[]): UpstreamChunk[] {
    return deltas.length === 0 || this.finished ? [] : [...this.start(), ...this.say(deltas)];
  }
}
