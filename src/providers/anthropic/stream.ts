// Anthropic's stream of events as UpstreamChunks.
import { upstreamError } from "../../base/errors.ts";
import { AnswerBlocks } from "../claude/answer-blocks.ts";
import { UsageCollector } from "../claude/usage.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { type Delta, deltaChoice, Envelope } from "../shared/envelope.ts";
import { finishReasonOrThrow } from "../shared/finish-reason.ts";
import type { StreamReader } from "../shared/http-dialect.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { readEvent } from "../shared/read-event.ts";
import type { SseEvent } from "../transport/sse.ts";
import { beginBlock, refusalText } from "./blocks.ts";
import { ERRORS } from "./errors.ts";
import { reportedCounts } from "./usage.ts";

/**
 * Reads the events of one stream in order. Events, blocks and deltas of unknown kinds are passed
 * over, as Anthropic adds new ones at any time; `ping` is one of them.
 */
export class EventReader implements StreamReader<SseEvent> {
  readonly #blocks: AnswerBlocks;
  readonly #usage = new UsageCollector();
  readonly #envelope: Envelope;
  #started = false;
  #finished = false;
  #ended = false;

  /**
   * @param model the model that was asked for, where the stream names none
   * @param answerTool the tool whose input is the answer's text, or null
   */
  constructor(model: string, answerTool: string | null) {
    this.#envelope = new Envelope(model);
    this.#blocks = new AnswerBlocks(answerTool);
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
   * The chunks of one event; none for many. Usage comes with the first chunk already, so that a
   * stream that is cut is charged with its input as reported, and again with each later report.
   * @throws ApiError when it is not a JSON object, comes out of order or is an error
   */
  read(given: SseEvent): UpstreamChunk[] {
    const event = readEvent(given, ERRORS);
    switch (event.type) {
      case "message_start":
        return this.#start(asObject(event.message));
      case "content_block_start":
        return this.#say(beginBlock(this.#blocks, event.index, asObject(event.content_block)));
      case "content_block_delta":
        return this.#say(this.#delta(event.index, asObject(event.delta)));
      case "content_block_stop":
        return this.#say(this.#blocks.closeTool(event.index));
      case "message_delta":
        return this.#messageDelta(asObject(event.delta), event.usage);
      case "message_stop":
        return this.#stop();
      default:
        return [];
    }
  }

  #start(message: JsonObject): UpstreamChunk[] {
    const usage = this.#usage.add(reportedCounts(message.usage));
    if (this.#started) {
      return usage === null ? [] : [early(this.#envelope.chunk([], usage))];
    }
    this.#started = true;
    this.#envelope.read({ id: message.id, model: message.model });
    const first = deltaChoice(0, { role: "assistant", content: "" });
    return [early(this.#envelope.chunk([first], usage))];
  }

  #delta(index: unknown, delta: JsonObject): Delta[] {
    switch (delta.type) {
      case "text_delta":
        return this.#blocks.text(delta.text);
      case "thinking_delta":
        return this.#blocks.thinking(delta.thinking);
      case "input_json_delta":
        return this.#blocks.toolInput(index, delta.partial_json);
      default:
        return [];
    }
  }

  #messageDelta(delta: JsonObject, reported: unknown): UpstreamChunk[] {
    const usage = this.#usage.add(reportedCounts(reported));
    if (!this.#finished && nonEmptyString(delta.stop_reason) !== null) {
      return this.#finish(delta, usage);
    }
    if (usage === null) {
      return [];
    }
    const piece = this.#envelope.chunk([], usage);
    return [this.#finished ? piece : early(piece)];
  }

  /** The provider's own last word ends the answer, with or without a reason, unless a call is torn. */
  #stop(): UpstreamChunk[] {
    this.#ended = true;
    if (this.#finished) {
      return [];
    }
    if (this.#blocks.isTorn) {
      throw upstreamError("The provider's answer ended early.");
    }
    return this.#finish({}, null);
  }

  #finish(delta: JsonObject, usage: UpstreamChunk["usage"]): UpstreamChunk[] {
    const said = this.#say(this.#blocks.end());
    this.#finished = true;
    const refusal = refusalText(delta);
    const reason = finishReasonOrThrow(delta.stop_reason, this.#blocks.hasToolCalls);
    const last = deltaChoice(0, refusal === null ? {} : { refusal }, reason);
    return [...said, this.#envelope.chunk([last], usage)];
  }

  /** What comes after the answer's end is none of it. */
  #say(deltas: Delta[]): UpstreamChunk[] {
    if (!this.#started) {
      throw upstreamError("The provider's answer came without its beginning.");
    }
    if (this.#finished) {
      return [];
    }
    return deltas.map((delta) => this.#envelope.chunk([deltaChoice(0, delta)]));
  }
}

/** Until the finish, usage has all of the input but not the output that is still to come. */
const early = (piece: UpstreamChunk): UpstreamChunk => ({ ...piece, usageIsFinal: false });
