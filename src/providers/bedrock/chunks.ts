// Converse's stream of events as UpstreamChunks.
import type { ChatCompletionChunk } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import { newCompletionId, newToolCallId } from "../../base/ids.ts";
import type { UpstreamChunk } from "../protocol.ts";
import type { StreamReader } from "../shared/http-adapter.ts";
import { asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { errorFromException } from "./errors.ts";
import type { BedrockEvent } from "./event-frames.ts";
import { finishReason } from "./stop-reason.ts";
import { parseUsage } from "./usage.ts";

/** More tool calls than one turn can use: a stream's memory must not grow with what comes. */
const MAX_TOOL_CALLS = 4_096;

/** The most text that is held back beside a structured answer, in UTF-16 units. */
const MAX_HELD_CHARS = 1_048_576;

/** A tool call whose input is coming; the answer's own tool has no index. */
interface OpenTool {
  index: number | null;
  hasInput: boolean;
}

/** Reads the events of one stream in order. */
export class ChunkReader implements StreamReader<BedrockEvent> {
  readonly #id = newCompletionId();
  readonly #createdSeconds = Math.floor(Date.now() / 1000);
  readonly #model: string;
  readonly #answerTool: string | null;
  readonly #tools = new Map<number, OpenTool>();
  #toolCalls = 0;
  #started = false;
  #finished = false;
  #hasMetadata = false;
  #answered = false;
  /** Text beside a structured answer: shown only when that never comes. */
  #held = "";

  /** @param answerTool the tool whose input is the answer, or null */
  constructor(model: string, answerTool: string | null) {
    this.#model = model;
    this.#answerTool = answerTool;
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
    switch (type) {
      case "messageStart":
        return this.#start();
      case "contentBlockStart":
        return this.#openBlock(blockIndex(payload), asObject(payload.start));
      case "contentBlockDelta":
        return this.#readDelta(blockIndex(payload), asObject(payload.delta));
      case "contentBlockStop":
        return this.#closeBlock(blockIndex(payload));
      case "messageStop":
        return this.#finish(payload.stopReason);
      case "metadata":
        this.#hasMetadata = true;
        return [this.#chunk([], parseUsage(payload.usage))];
      default:
        return [];
    }
  }

  #start(): UpstreamChunk[] {
    if (this.#started) {
      return [];
    }
    this.#started = true;
    return [this.#delta({ role: "assistant", content: "" })];
  }

  #openBlock(block: number, start: JsonObject): UpstreamChunk[] {
    const { toolUse } = start;
    if (!isObject(toolUse)) {
      return [];
    }
    if (this.#tools.size >= MAX_TOOL_CALLS) {
      throw upstreamError("The provider sent more tool calls than the gateway accepts.");
    }
    if (this.#answerTool !== null && toolUse.name === this.#answerTool) {
      this.#tools.set(block, { index: null, hasInput: this.#answered });
      return [];
    }
    const index = this.#toolCalls++;
    this.#tools.set(block, { index, hasInput: false });
    const id = nonEmptyString(toolUse.toolUseId) ?? newToolCallId();
    const name = nonEmptyString(toolUse.name) ?? "";
    return this.#send({
      tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }],
    });
  }

  #readDelta(block: number, delta: JsonObject): UpstreamChunk[] {
    const text = nonEmptyString(delta.text);
    if (text !== null) {
      return this.#readText(text);
    }
    const thought = nonEmptyString(asObject(delta.reasoningContent).text);
    if (thought !== null) {
      return this.#send({ reasoning_content: thought });
    }
    const input = nonEmptyString(asObject(delta.toolUse).input);
    const tool = this.#tools.get(block);
    if (input === null || tool === undefined) {
      return [];
    }
    tool.hasInput = true;
    return this.#sendInput(tool, input);
  }

  #readText(text: string): UpstreamChunk[] {
    if (this.#answerTool === null) {
      return this.#send({ content: text });
    }
    this.#held += text;
    if (this.#held.length > MAX_HELD_CHARS) {
      throw upstreamError("The provider's answer is larger than the gateway accepts.");
    }
    return [];
  }

  #sendInput({ index }: OpenTool, input: string): UpstreamChunk[] {
    if (index === null) {
      this.#answered = true;
      return this.#send({ content: input });
    }
    return this.#send({ tool_calls: [{ index, function: { arguments: input } }] });
  }

  /** A call without input has no delta at all, but its arguments must be JSON. */
  #closeBlock(block: number): UpstreamChunk[] {
    const tool = this.#tools.get(block);
    if (tool === undefined || tool.hasInput) {
      return [];
    }
    tool.hasInput = true;
    return this.#sendInput(tool, "{}");
  }

  #finish(reason: unknown): UpstreamChunk[] {
    const finish_reason = finishReason(reason, this.#toolCalls > 0);
    const held = this.#answered || this.#held === "" ? [] : this.#send({ content: this.#held });
    this.#finished = true;
    const start = this.#start();
    const choice = { index: 0, delta: {}, logprobs: null, finish_reason };
    return [...start, ...held, this.#chunk([choice], null)];
  }

  /** A piece of the answer, after the role where the provider left its first event out. */
  #send(delta: JsonObject): UpstreamChunk[] {
    return [...this.#start(), this.#delta(delta)];
  }

  #delta(delta: JsonObject): UpstreamChunk {
    return this.#chunk([{ index: 0, delta, logprobs: null, finish_reason: null }], null);
  }

  #chunk(choices: JsonObject[], usage: UpstreamChunk["usage"]): UpstreamChunk {
    const chunk = {
      id: this.#id,
      object: "chat.completion.chunk",
      created: this.#createdSeconds,
      model: this.#model,
      choices,
    };
    // `reasoning_content` is not in the type; the rest is in its shape.
    return { chunk: chunk as unknown as ChatCompletionChunk, wire: null, usage };
  }
}

function blockIndex({ contentBlockIndex }: JsonObject): number {
  return typeof contentBlockIndex === "number" ? contentBlockIndex : 0;
}
