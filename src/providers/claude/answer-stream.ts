// One streamed answer of Claude's as chunks: its beginning, what its blocks say, its end.
import type { TokenUsage } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { type Delta, deltaChoice, Envelope } from "../shared/envelope.ts";
import { finishReasonOf } from "../shared/finish-reason.ts";
import type { StreamReader } from "../shared/http-dialect.ts";
import { AnswerBlocks } from "./answer-blocks.ts";
import { UsageCollector } from "./usage.ts";

/** What the readers of all streams of such blocks share: each knows its events, this the answer. */
export abstract class AnswerStream<Event> implements StreamReader<Event> {
  protected readonly envelope: Envelope;
  protected readonly blocks: AnswerBlocks;
  protected readonly usage = new UsageCollector();
  protected isStarted = false;
  finished = false;

  /**
   * @param model the model that was asked for, where the stream names none
   * @param answerTool the tool whose input is the answer's text, or null
   */
  constructor(model: string, answerTool: string | null) {
    this.envelope = new Envelope(model);
    this.blocks = new AnswerBlocks(answerTool);
  }

  abstract read(event: Event): UpstreamChunk[];

  abstract get ended(): boolean;

  end(): UpstreamChunk[] {
    if (!this.finished) {
      throw upstreamError("The provider's answer ended early.");
    }
    return [];
  }

  /** The role, once. */
  protected start(usage: TokenUsage | null = null): UpstreamChunk[] {
    if (this.isStarted) {
      return [];
    }
    this.isStarted = true;
    return [this.envelope.chunk([deltaChoice(0, { role: "assistant", content: "" })], usage)];
  }

  /** A chunk of the answer; what comes after its end is none of it. */
  protected say(deltas: readonly Delta[]): UpstreamChunk[] {
    if (this.finished) {
      return [];
    }
    return deltas.map((delta) => this.envelope.chunk([deltaChoice(0, delta)]));
  }

  /**
   * What was held back, and the finish reason.
   * @throws ApiError when the provider's word stands for a failure
   */
  protected finish(word: unknown, delta: Delta, usage: TokenUsage | null): UpstreamChunk[] {
    const said = this.say(this.blocks.end());
    this.finished = true;
    const reason = finishReasonOf(word, this.blocks.said(usage));
    return [...said, this.envelope.chunk([deltaChoice(0, delta, reason)], usage)];
  }
}
