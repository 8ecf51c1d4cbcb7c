// The content blocks of Anthropic's stream as deltas of OpenAI's.
import type { ChatCompletionChunk } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import { newToolCallId } from "../../base/ids.ts";
import { isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";

/** What a chunk's delta may hold here: OpenAI's fields, and thinking as `reasoning_content`. */
export type Delta = ChatCompletionChunk.Choice.Delta & { reasoning_content?: string };

/** Blocks come one after the other: many open at once are a fault, and must not fill the memory. */
const MAX_OPEN_BLOCKS = 256;

/** The most text that is held back until it is known to belong to the answer, in UTF-16 units. */
const MAX_HELD_CHARS = 4 * 1_048_576;

/** A tool's block that has begun: which call of the client's it is, or the answer itself. */
interface OpenTool {
  /** Null for the tool that takes the answer. */
  callIndex: number | null;
  /** What the block's start gave as input, sent only when no piece of it follows. */
  input: unknown;
  hasInput: boolean;
}

/** Reads one stream's blocks in order, and gives the deltas that each event stands for. */
export class BlockReader {
  readonly #answerTool: string | null;
  /** By the block's index. Blocks of other kinds need no memory: their deltas say what they are. */
  readonly #tools = new Map<unknown, OpenTool>();
  #calls = 0;
  /**
   * With an answer tool, text may turn out to be mere preface to the answer: it is held back until
   * the end, or until a call of the client's tools shows that no answer comes.
   */
  #held = "";
  #answered = false;

  constructor(answerTool: string | null) {
    this.#answerTool = answerTool;
  }

  get hasToolCalls(): boolean {
    return this.#calls > 0;
  }

  /** @param index anything: it is only compared */
  start(index: unknown, block: JsonObject): Delta[] {
    switch (block.type) {
      case "text":
        return this.#text(nonEmptyString(block.text));
      case "thinking":
        return thinking(nonEmptyString(block.thinking));
      case "tool_use":
        return this.#startTool(index, block);
      default:
        return [];
    }
  }

  delta(index: unknown, delta: JsonObject): Delta[] {
    switch (delta.type) {
      case "text_delta":
        return this.#text(nonEmptyString(delta.text));
      case "thinking_delta":
        return thinking(nonEmptyString(delta.thinking));
      case "input_json_delta":
        return this.#input(index, nonEmptyString(delta.partial_json));
      default:
        return [];
    }
  }

  /** A tool's block that ends without a piece of input had all of it in its start, or none. */
  stop(index: unknown): Delta[] {
    const tool = this.#tools.get(index);
    this.#tools.delete(index);
    if (tool === undefined || tool.hasInput) {
      return [];
    }
    return inputDelta(tool, JSON.stringify(isObject(tool.input) ? tool.input : {}));
  }

  /** The answer is complete: what was held back is its text, unless it came as a tool's input. */
  end(): Delta[] {
    const text = this.#answered ? "" : this.#held;
    this.#held = "";
    return text === "" ? [] : [{ content: text }];
  }

  #text(text: string | null): Delta[] {
    if (text === null) {
      return [];
    }
    if (this.#answerTool === null) {
      return [{ content: text }];
    }
    this.#held += text;
    if (this.#held.length > MAX_HELD_CHARS) {
      throw upstreamError("The provider's answer is larger than the gateway accepts.");
    }
    return [];
  }

  #startTool(index: unknown, block: JsonObject): Delta[] {
    if (this.#tools.size >= MAX_OPEN_BLOCKS) {
      throw upstreamError("The provider sent more at once than the gateway accepts.");
    }
    if (this.#answerTool !== null && block.name === this.#answerTool) {
      this.#answered = true;
      this.#held = "";
      this.#tools.set(index, { callIndex: null, input: block.input, hasInput: false });
      return [];
    }
    const before = this.end();
    const callIndex = this.#calls++;
    this.#tools.set(index, { callIndex, input: block.input, hasInput: false });
    const call = {
      index: callIndex,
      id: nonEmptyString(block.id) ?? newToolCallId(),
      type: "function" as const,
      function: { name: nonEmptyString(block.name) ?? "", arguments: "" },
    };
    return [...before, { tool_calls: [call] }];
  }

  #input(index: unknown, piece: string | null): Delta[] {
    const tool = this.#tools.get(index);
    if (tool === undefined || piece === null) {
      return [];
    }
    tool.hasInput = true;
    return inputDelta(tool, piece);
  }
}

const thinking = (text: string | null): Delta[] =>
  text === null ? [] : [{ reasoning_content: text }];

function inputDelta({ callIndex }: OpenTool, json: string): Delta[] {
  return callIndex === null
    ? [{ content: json }]
    : [{ tool_calls: [{ index: callIndex, function: { arguments: json } }] }];
}
