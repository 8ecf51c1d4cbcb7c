// An answer's blocks in order, whole or in pieces, as deltas of OpenAI's; undoes the answer tool.
import type { TokenUsage } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import type { Delta } from "../shared/envelope.ts";
import type { Said } from "../shared/finish-reason.ts";
import { isObject, nonEmptyString } from "../shared/json.ts";
import { JsonProgress } from "../shared/json-progress.ts";
import { countsOutput } from "../shared/token-counts.ts";
import { argumentsText } from "../shared/tool-arguments.ts";
import { freshCallId } from "../shared/tool-ids.ts";

/** More calls than one turn can use: a stream's memory must not grow with what comes. */
const MAX_CALLS = 4_096;

/** The most text that is held back until it is known to belong to the answer, in UTF-16 units. */
const MAX_HELD_CHARS = 4 * 1_048_576;

/** A tool's block that has begun. */
interface OpenTool {
  /** A piece of its input as deltas: of a call, of the answer itself, or none of an answer after it. */
  say: (json: string) => Delta[];
  /** What the block's start gave as input, sent only when no piece of it follows. */
  input: unknown;
  /** How far the pieces of the input have come. */
  progress: JsonProgress;
}

/** Reads one answer's blocks in order, and gives the deltas that each piece stands for. */
export class AnswerBlocks {
  readonly #answerTool: string | null;
  /** By the block's index, which is only compared. */
  readonly #open = new Map<unknown, OpenTool>();
  readonly #ids = new Set<string>();
  #calls = 0;
  /**
   * With an answer tool, text may turn out to be mere preface to the answer: it is held back until
   * the end, or until a call of the client's tools shows that no answer comes.
   */
  #held = "";
  #answered = false;
  /** Something was written, if only to be held back. */
  #hasOutput = false;
  #hasTorn = false;

  /** @param answerTool the tool whose input is the answer's text, or null */
  constructor(answerTool: string | null) {
    this.#answerTool = answerTool;
  }

  /** What the answer has in it at its end. @param usage as far as it is known */
  said(usage: TokenUsage | null): Said {
    return { hasCalls: this.#calls > 0, hasOutput: this.#hasOutput || countsOutput(usage) };
  }

  /** Whether the input of a tool is visibly not whole. */
  get isTorn(): boolean {
    return this.#hasTorn || [...this.#open.values()].some(({ progress }) => !progress.isWhole);
  }

  text(piece: unknown): Delta[] {
    const text = nonEmptyString(piece);
    this.#hasOutput ||= text !== null;
    if (text === null || this.#answered) {
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

  thinking(piece: unknown): Delta[] {
    const text = nonEmptyString(piece);
    this.#hasOutput ||= text !== null;
    return text === null ? [] : [{ reasoning_content: text }];
  }

  /** @param use a tool's id and name, and its input where that came at once */
  openTool(block: unknown, use: { id: unknown; name: unknown; input?: unknown }): Delta[] {
    const { input } = use;
    this.#hasOutput = true;
    const before = this.closeTool(block);
    if (this.#answerTool !== null && use.name === this.#answerTool) {
      const isFirst = !this.#answered;
      this.#answered = true;
      this.#held = "";
      const say = (content: string) => (isFirst ? [{ content }] : []);
      this.#open.set(block, { say, input, progress: new JsonProgress() });
      return before;
    }
    if (this.#calls >= MAX_CALLS) {
      throw upstreamError("The provider sent more tool calls than the gateway accepts.");
    }
    const index = this.#calls++;
    const say = (json: string) => [{ tool_calls: [{ index, function: { arguments: json } }] }];
    this.#open.set(block, { say, input, progress: new JsonProgress() });
    const call = {
      index,
      id: freshCallId(use.id, this.#ids),
      type: "function" as const,
      function: { name: nonEmptyString(use.name) ?? "", arguments: "" },
    };
    return [...before, ...this.#release(), { tool_calls: [call] }];
  }

  /** A piece of the input of a tool's block. */
  toolInput(block: unknown, piece: unknown): Delta[] {
    const tool = this.#open.get(block);
    const json = nonEmptyString(piece);
    if (tool === undefined || json === null) {
      return [];
    }
    tool.progress.add(json);
    return tool.say(json);
  }

  /** A tool's block that ends without a piece of input had all of it in its start, or none. */
  closeTool(block: unknown): Delta[] {
    const tool = this.#open.get(block);
    this.#open.delete(block);
    if (tool === undefined || !tool.progress.isEmpty) {
      this.#hasTorn ||= tool?.progress.isCut === true;
      return [];
    }
    const { input } = tool;
    // An input that is no object came as text, or is none.
    const text = isObject(input) || typeof input === "string" ? argumentsText(input) : "";
    return tool.say(text || "{}");
  }

  /** The answer is complete: what was held back is its text, unless it came as a tool's input. */
  end(): Delta[] {
    const calls = [...this.#open.keys()].flatMap((block) => this.closeTool(block));
    return [...calls, ...this.#release()];
  }

  #release(): Delta[] {
    const text = this.#held;
    this.#held = "";
    return text === "" ? [] : [{ content: text }];
  }
}
