// Converse's stream of events as UpstreamChunks.
import { upstreamError } from "../../base/errors.ts";
import { AnswerBlocks } from "../claude/answer-blocks.ts";
import { type ReportedCounts, UsageCollector } from "../claude/usage.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { type Delta, deltaChoice, Envelope } from "../shared/envelope.ts";
import { finishReasonOrThrow } from "../shared/finish-reason.ts";
import type { StreamReader } from "../shared/http-dialect.ts";
import { asObject, isObject, type JsonObject } from "../shared/json.ts";
import { errorFromException } from "./errors.ts";
import type { BedrockEvent } from "./event-frames.ts";
import { reportedCounts, thinkingCount } from "./usage.ts";

/** Reads the events of one stream in order. */
export class ChunkReader implements StreamReader<BedrockEvent> {
  readonly #envelope: Envelope;
  readonly #blocks: AnswerBlocks;
  readonly #usage = new UsageCollector();
  #started = false;
  #finished = false;
  #hasMetadata = false;

  /** @param answerTool the tool whose input is the answer, or null */
  constructor(model: string, answerTool: string | null) {
    this.#envelope = new Envelope(model);
    this.#blocks = new AnswerBlocks(answerTool);
  }

  /** Whether the answer has come to its own end; only usage can follow. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Usage comes in an event of its own, after the answer's end or before it. */
  get ended(): boolean {
    return this.#finished && this.#hasMetadata;
  }

  end(): UpstreamChunk[] {
    if (!this.#finished) {
      throw upstreamError("The provider's answer ended early.");
    }
    return [];
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
        return this.#start();
      case "contentBlockStart":
        return this.#say(this.#open(block, asObject(payload.start)));
      case "contentBlockDelta":
        return this.#say(this.#delta(block, asObject(payload.delta)));
      case "contentBlockStop":
        return this.#say(this.#blocks.closeTool(block));
      case "messageStop":
        return this.#finish(payload);
      case "metadata":
        this.#hasMetadata = true;
        return this.#report(reportedCounts(payload.usage));
      default:
        return [];
    }
  }

  #start(): UpstreamChunk[] {
    if (this.#started) {
      return [];
    }
    this.#started = true;
    return this.#write([{ role: "assistant", content: "" }]);
  }

  #open(block: unknown, { toolUse }: JsonObject): Delta[] {
    if (!isObject(toolUse)) {
      return [];
    }
    return this.#blocks.openTool(block, { id: toolUse.toolUseId, name: toolUse.name });
  }

  #delta(block: unknown, delta: JsonObject): Delta[] {
    return [
      ...this.#blocks.text(delta.text),
      ...this.#blocks.thinking(asObject(delta.reasoningContent).text),
      ...this.#blocks.toolInput(block, asObject(delta.toolUse).input),
    ];
  }

  #finish({ stopReason, additionalModelResponseFields: extra }: JsonObject): UpstreamChunk[] {
    if (this.#finished) {
      return [];
    }
    const said = [...this.#start(), ...this.#say(this.#blocks.end())];
    this.#finished = true;
    const reason = finishReasonOrThrow(stopReason, this.#blocks.hasToolCalls);
    const usage = this.#usage.add(thinkingCount(extra));
    return [...said, this.#envelope.chunk([deltaChoice(0, {}, reason)], usage)];
  }

  #report(counts: ReportedCounts): UpstreamChunk[] {
    return [this.#envelope.chunk([], this.#usage.add(counts))];
  }

  /**
   * A piece of the answer, after the role where the provider left its first event out. What comes
   * after the answer's end is none of it.
   */
  #say(deltas: Delta[]): UpstreamChunk[] {
    return deltas.length === 0 || this.#finished ? [] : [...this.#start(), ...this.#write(deltas)];
  }

  #write(deltas: Delta[]): UpstreamChunk[] {
    return deltas.map((delta) => this.#envelope.chunk([deltaChoice(0, delta)]));
  }
}
